{#- Rule column without `match_` → the attribute it looks at: in tier 1 of that name in int_charge_attributes. -#}
{% set plain_columns = [
    'platform', 'service_category', 'service_name', 'billing_account_id', 'sub_account_id', 'resource_id',
    'charge_category', 'sku', 'api_key_id', 'workflow_id', 'environment', 'model', 'cost_basis', 'commitment_status',
    'cost_centre',
] %}

with

rules as (
    select * from {{ ref('int_allocation_rules') }}
),

plain_patterns as (
    {% for column in plain_columns %}
    select
        rule_key,
        tier,
        '{{ column }}' as match_column,
        match_{{ column }} as pattern

    from rules
    where match_{{ column }} is not null
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

plain_alternatives as (
    {{ explode_text('plain_patterns', 'pattern') }}
),

tag_patterns as (
    select
        rule_key,
        tier,
        coalesce(match_tag_key, '*') as key_pattern,
        coalesce(match_tag_value, '*') as value_pattern

    from rules
    where match_tag_key is not null or match_tag_value is not null
),

tag_key_alternatives as (
    {{ explode_text('tag_patterns', 'key_pattern') }}
),

tag_keys as (
    select
        rule_key,
        tier,
        value_pattern,
        {{ normalised_tag_key('item') }} as key_alternative

    from tag_key_alternatives
),

tag_value_alternatives as (
    {{ explode_text('tag_keys', 'value_pattern') }}
),

conditions as (
    select
        rule_key,
        tier,
        match_column,
        {{ like_pattern('item') }} as like_pattern

    from plain_alternatives

    union all

    select
        rule_key,
        tier,
        'tag' as match_column,
        {{ like_pattern("key_alternative || '=' || item") }} as like_pattern

    from tag_value_alternatives
)

select * from conditions
