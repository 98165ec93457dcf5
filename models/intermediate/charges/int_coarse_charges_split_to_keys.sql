{{ config(materialized='table') }}

{% set measures = ['billed_cost', 'effective_cost', 'list_cost', 'contracted_cost', 'x_reporting_cost'] %}
{% set quantities = ['x_token_count', 'consumed_quantity', 'pricing_quantity'] %}

with

coarse_charges as (
    select * from {{ ref('int_coarse_charges') }}
),

usage_by_key as (
    select
        usage_date,
        platform,
        lower(model) as model,
        token_type,
        api_key_id,
        coalesce(project_id, workspace_id, '') as container_id,
        coalesce(rated_units, 0) as rated_units,
        case when token_type is not null then cast(quantity as decimal(38, 0)) else 0 end as token_count,
        case when metric = 'requests' then cast(quantity as decimal(38, 0)) else 0 end as request_count

    from {{ ref('int_usage_rated') }}
),

candidate_parts as (
    select
        coarse_charges.x_charge_id,
        usage_by_key.usage_date,
        usage_by_key.api_key_id,
        cast(sum(usage_by_key.rated_units) as decimal(38, 0)) as rated_units,
        cast(sum(usage_by_key.token_count) as decimal(38, 0)) as token_count,
        cast(sum(usage_by_key.request_count) as decimal(38, 0)) as request_count

    from coarse_charges
    inner join usage_by_key
        on coarse_charges.platform = usage_by_key.platform
            and (coarse_charges.is_moved_lump or coarse_charges.container_id = usage_by_key.container_id)
            and (not coarse_charges.is_moved_lump or coarse_charges.api_key_id = usage_by_key.api_key_id)
            and (coarse_charges.model is null or coarse_charges.model = usage_by_key.model)
            and (
                coarse_charges.token_type is null
                or coarse_charges.token_type = usage_by_key.token_type
                or usage_by_key.token_type is null
            )
            and usage_by_key.usage_date >= cast(coarse_charges.charge_period_start as date)
            and cast(usage_by_key.usage_date as timestamp) < coarse_charges.charge_period_end
    group by
        coarse_charges.x_charge_id,
        usage_by_key.usage_date,
        usage_by_key.api_key_id
),

-- The charge's usage rated at the prices in force, else its tokens, else its requests.
weights as (
    select
        x_charge_id,
        usage_date,
        api_key_id,
        case
            when sum(rated_units) over (partition by x_charge_id) > 0 then 'rated usage'
            when sum(token_count) over (partition by x_charge_id) > 0 then 'tokens'
            else 'requests'
        end as split_driver,
        case
            when sum(rated_units) over (partition by x_charge_id) > 0 then rated_units
            when sum(token_count) over (partition by x_charge_id) > 0 then token_count
            else request_count
        end as split_weight

    from candidate_parts
),

weighted_charges as (
    select
        coarse_charges.*,
        weights.usage_date,
        weights.api_key_id as part_api_key_id,
        weights.split_driver,
        weights.split_weight

    from coarse_charges
    inner join weights
        on coarse_charges.x_charge_id = weights.x_charge_id
    where weights.split_weight > 0
),

{{ apportion(
    relation='weighted_charges',
    whole='x_charge_id',
    weight='split_weight',
    measures=measures + quantities,
    tie_break="split_weight desc nulls last, usage_date asc nulls last, part_api_key_id asc nulls last"
) }},

parts as (
    select
        x_charge_id as origin_charge_id,
        {{ hash_key(['x_charge_id', 'usage_date', 'part_api_key_id']) }} as part_charge_id,
        usage_date,
        part_api_key_id as api_key_id,
        split_driver,
        split_weight,
        weight_total as split_weight_total,
        {% for measure in measures %}
        {{ measure }}_part as {{ measure }},
        {% endfor %}
        {% for quantity in quantities %}
        cast({{ quantity }}_part as {{ column_type('quantity') }}) as {{ quantity }}{{ "," if not loop.last }}
        {% endfor %}

    from weighted_charges_apportioned
)

select * from parts
