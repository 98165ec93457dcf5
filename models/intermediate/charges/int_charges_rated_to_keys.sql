{#- What a part has of its own; every other column is its origin's. -#}
{% set own = {
    'x_charge_id': 'parts.part_charge_id',
    'x_origin_charge_id': 'charges.x_charge_id',
    'x_api_key_id': 'parts.api_key_id',
    'charge_period_start': 'cast(parts.usage_date as timestamp)',
    'charge_period_end': add_days('parts.usage_date', 1),
    'billed_cost': 'parts.billed_cost',
    'effective_cost': 'parts.effective_cost',
    'list_cost': 'parts.list_cost',
    'contracted_cost': 'parts.contracted_cost',
    'x_reporting_cost': 'parts.x_reporting_cost',
    'x_token_count': 'case when charges.x_token_count is not null then parts.x_token_count end',
    'consumed_quantity': 'case when charges.consumed_quantity is not null then parts.consumed_quantity end',
    'pricing_quantity': 'case when charges.pricing_quantity is not null then parts.pricing_quantity end',
} %}
{% set names = charge_columns() | map('first') | list
    + ['x_accounting_month', 'x_exchange_rate', 'x_reporting_cost', 'x_reporting_currency'] %}

with

charges as (
    select * from {{ ref('int_charges_converted') }}
),

parts as (
    select * from {{ ref('int_coarse_charges_split_to_keys') }}
),

-- A line that was split leaves its parts; one that met no usage stays whole at its coarser identity, and says so.
parts_or_whole as (
    select
        {% for name in names %}
        {% if name == 'x_cost_basis' %}
        case
            when parts.part_charge_id is not null then 'derived'
            when charges.x_is_coarse and coalesce(charges.x_model, charges.x_token_type) is not null then 'unmetered'
            else charges.x_cost_basis
        end as x_cost_basis
        {%- elif name in own %}
        case when parts.part_charge_id is not null then {{ own[name] }} else charges.{{ name }} end as {{ name }}
        {%- else %}
        charges.{{ name }}
        {%- endif %}{{ "," if not loop.last }}
        {% endfor %}

    from charges
    left join parts
        on charges.x_charge_id = parts.origin_charge_id
)

select * from parts_or_whole
