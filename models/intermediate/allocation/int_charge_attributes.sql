{#- What a rule of tier 1 can look at; a missing value is an empty text, which only an open pattern takes. -#}
{% set attributes = [
    'platform', 'service_category', 'service_name', 'billing_account_id', 'sub_account_id', 'resource_id',
    'charge_category', 'sku', 'api_key_id', 'workflow_id', 'model', 'cost_basis', 'commitment_status',
] %}

with

profiles as (
    select * from {{ ref('int_charge_profiles') }}
),

owners as (
    select * from {{ ref('int_owners_resolved') }}
),

tag_sets as (
    select
        tag_set,
        tag_key,
        tag_value

    from {{ ref('int_tag_sets') }}
    group by
        tag_set,
        tag_key,
        tag_value
),

attributes as (
    {% for attribute in attributes %}
    select
        profile_id,
        '{{ attribute }}' as match_column,
        lower(coalesce({{ attribute }}, '')) as attribute_value

    from profiles

    union all

    {% endfor %}
    -- The charge's own environment, else that of the register row which owns it.
    select
        profiles.profile_id,
        'environment' as match_column,
        lower(coalesce(profiles.environment, owners.environment, '')) as attribute_value

    from profiles
    left join owners
        on profiles.owner_profile_id = owners.owner_profile_id

    union all

    select
        profiles.profile_id,
        'tag' as match_column,
        lower(coalesce(tag_sets.tag_key, '') || '=' || coalesce(tag_sets.tag_value, '')) as attribute_value

    from profiles
    left join tag_sets
        on profiles.tag_set = tag_sets.tag_set
)

select * from attributes
