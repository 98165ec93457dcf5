{{ config(materialized='table') }}

{% set receiver = ['cost_centre_code', 'use_case_id', 'unallocated_reason', 'identity_type', 'identity_id'] %}
{% set driver = ['driver_method', 'driver_scope', 'driver_grain', 'driver_date', 'driver_key'] %}

with

tried as (
    select * from {{ ref('int_methods_tried') }}
),

periods as (
    select * from {{ ref('int_driver_periods') }}
),

usage_by_owner as (
    select * from {{ ref('int_driver_usage_by_owner') }}
),

owner_costs as (
    select * from {{ ref('int_owner_cost_drivers') }}
),

split_receivers as (
    select * from {{ ref('int_split_receivers') }}
),

cost_centres as (
    select * from {{ ref('int_cost_centres_succeeded') }}
),

programme as (
    select * from {{ ref('int_programme_cost_centres') }}
),

-- Weighted tokens count in millionths, so that a fractional weight stays a whole number.
metered as (
    select
        tried.method as driver_method,
        usage_by_owner.platform as driver_scope,
        tried.driver_grain,
        case tried.driver_grain when 'day' then usage_by_owner.usage_date else usage_by_owner.usage_month end
            as driver_date,
        cast(null as {{ dbt.type_string() }}) as driver_key,
        {% for column in receiver %}
        usage_by_owner.{{ column }},
        {% endfor %}
        cast(
            case tried.method
                when 'token_volume' then usage_by_owner.weighted_token_count
                when 'requests' then cast(usage_by_owner.request_count as decimal(38, 6))
            end as {{ column_type('quantity') }}
        ) as quantity,
        cast(1000000 as decimal(11, 0)) as units_per_quantity

    from usage_by_owner
    inner join tried
        on tried.method in ('token_volume', 'requests')
),

-- A day's cost is that of one month's bill: a later bill may credit the same day.
costed as (
    select
        tried.method as driver_method,
        owner_costs.platform as driver_scope,
        tried.driver_grain,
        case tried.driver_grain when 'day' then owner_costs.charge_date else owner_costs.accounting_month end
            as driver_date,
        cast(owner_costs.accounting_month as {{ dbt.type_string() }}) as driver_key,
        {% for column in receiver %}
        owner_costs.{{ column }},
        {% endfor %}
        cast(owner_costs.driver_cost as {{ column_type('quantity') }}) as quantity,
        cast(10000000000 as decimal(11, 0)) as units_per_quantity

    from owner_costs
    inner join tried
        on tried.method = 'cost'
),

agreed as (
    select
        tried.method as driver_method,
        cast(null as {{ dbt.type_string() }}) as driver_scope,
        tried.driver_grain,
        periods.driver_date,
        tried.driver_key,
        {% for column in receiver %}
        split_receivers.{{ column }},
        {% endfor %}
        cast(case tried.method when 'even' then 1 else split_receivers.share_percent end as {{ column_type('quantity') }})
            as quantity,
        cast(1000000 as decimal(11, 0)) as units_per_quantity

    from tried
    inner join periods
        on tried.driver_grain = periods.driver_grain
    inner join split_receivers
        on tried.driver_key = split_receivers.split_id
            and periods.period_start >= split_receivers.valid_from
            and periods.period_start < split_receivers.valid_to
    where tried.method in ('split', 'even')
),

-- One receiver takes the whole pool.
single as (
    select
        tried.method as driver_method,
        cast(null as {{ dbt.type_string() }}) as driver_scope,
        tried.driver_grain,
        periods.driver_date,
        tried.driver_key,
        case tried.method
            when 'fixed' then cost_centres.paying_cost_centre_code else programme.paying_cost_centre_code
        end as cost_centre_code,
        cast(null as {{ dbt.type_string() }}) as use_case_id,
        case
            when tried.method = 'fixed' and cost_centres.paying_cost_centre_code is null
                then coalesce(cost_centres.dead_end_reason, 'unknown_cost_centre')
            when tried.method = 'central' and programme.paying_cost_centre_code is null
                then coalesce(programme.dead_end_reason, 'unknown_cost_centre')
        end as unallocated_reason,
        cast(null as {{ dbt.type_string() }}) as identity_type,
        cast(null as {{ dbt.type_string() }}) as identity_id,
        cast(1 as {{ column_type('quantity') }}) as quantity,
        cast(1 as decimal(11, 0)) as units_per_quantity

    from tried
    inner join periods
        on tried.driver_grain = periods.driver_grain
    left join cost_centres
        on tried.method = 'fixed'
            and tried.driver_key = cost_centres.cost_centre_code
            and periods.period_start >= cost_centres.segment_start
            and periods.period_start < cost_centres.segment_end
    left join programme
        on tried.method = 'central'
            and periods.period_start >= programme.valid_from
            and periods.period_start < programme.valid_to
    where tried.method in ('fixed', 'central')
),

unioned as (
    select * from metered
    union all
    select * from costed
    union all
    select * from agreed
    union all
    select * from single
),

summed as (
    select
        {{ driver | join(', ') }},
        {{ receiver | join(', ') }},
        cast(sum(quantity) as {{ column_type('quantity') }}) as driver_quantity,
        units_per_quantity

    from unioned
    group by
        {{ driver | join(', ') }},
        {{ receiver | join(', ') }},
        units_per_quantity
),

-- A negative net driver weighs nothing; a weight is a whole number inside the split.
weighed as (
    select
        {{ hash_key(driver) }} as driver_id,
        {{ driver | join(', ') }},
        {{ receiver | join(', ') }},
        cast(case when driver_quantity > 0 then driver_quantity else 0 end as {{ column_type('quantity') }})
            as driver_quantity,
        cast(
            case
                when driver_quantity > 0
                    then cast(driver_quantity as decimal(26, 10)) * units_per_quantity
                else 0
            end as decimal(38, 0)
        ) as driver_units

    from summed
)

select * from weighed
