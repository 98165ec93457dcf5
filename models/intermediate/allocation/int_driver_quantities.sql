{{ config(materialized='table') }}

{% set receiver = ['cost_centre_code', 'use_case_id', 'unallocated_reason', 'identity_type', 'identity_id', 'is_idle'] %}
{% set metered_methods = [
    ('token_volume', 'weighted_token_count'), ('requests', 'request_count'), ('workflow_count', 'workflow_run_count'),
    ('seats', 'seat_day_count'), ('gpu_hours', 'gpu_hours'),
] %}
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

usage_rows as (
    select * from {{ ref('int_usage_aggregated_to_day') }}
),

active_users as (
    select * from {{ ref('int_active_users_by_owner') }}
),

gateway_usage as (
    select * from {{ ref('int_gateway_usage_by_owner') }}
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

metered as (
    select
        tried.method as driver_method,
        usage_by_owner.platform as driver_scope,
        tried.driver_grain,
        case tried.driver_grain when 'day' then usage_by_owner.usage_date else usage_by_owner.usage_month end
            as driver_date,
        tried.driver_key,
        {% for column in receiver if column != 'is_idle' %}
        usage_by_owner.{{ column }},
        {% endfor %}
        false as is_idle,
        case tried.method
            {% for method, quantity in metered_methods %}
            when '{{ method }}' then cast(usage_by_owner.{{ quantity }} as {{ column_type('quantity') }})
            {% endfor %}
        end as quantity

    from usage_by_owner
    inner join tried
        on tried.method in ({% for method, _ in metered_methods %}'{{ method }}'{{ ", " if not loop.last }}{% endfor %})
),

-- Hours that were there and that no job used, where the rule wants them to be seen.
idle as (
    select
        tried.method as driver_method,
        usage_rows.platform as driver_scope,
        tried.driver_grain,
        case tried.driver_grain when 'day' then usage_rows.usage_date else {{ month_start('usage_rows.usage_date') }} end
            as driver_date,
        tried.driver_key,
        cast(
            sum(case usage_rows.metric when 'gpu_capacity_hours' then usage_rows.quantity else -usage_rows.quantity end)
            as {{ column_type('quantity') }}
        ) as quantity

    from usage_rows
    inner join tried
        on tried.method = 'gpu_hours' and tried.driver_key = 'central'
    where usage_rows.metric in ('gpu_hours', 'gpu_capacity_hours')
    group by
        tried.method,
        usage_rows.platform,
        tried.driver_grain,
        case tried.driver_grain when 'day' then usage_rows.usage_date else {{ month_start('usage_rows.usage_date') }} end,
        tried.driver_key
),

left_idle as (
    select
        idle.driver_method,
        idle.driver_scope,
        idle.driver_grain,
        idle.driver_date,
        idle.driver_key,
        programme.paying_cost_centre_code as cost_centre_code,
        cast(null as {{ dbt.type_string() }}) as use_case_id,
        case
            when programme.paying_cost_centre_code is null
                then coalesce(programme.dead_end_reason, 'unknown_cost_centre')
        end as unallocated_reason,
        cast(null as {{ dbt.type_string() }}) as identity_type,
        cast(null as {{ dbt.type_string() }}) as identity_id,
        true as is_idle,
        idle.quantity

    from idle
    left join programme
        on cast(idle.driver_date as timestamp) >= programme.valid_from
            and cast(idle.driver_date as timestamp) < programme.valid_to
    where idle.quantity > 0
),

counted_users as (
    select
        'active_users' as driver_method,
        platform as driver_scope,
        driver_grain,
        driver_date,
        cast(null as {{ dbt.type_string() }}) as driver_key,
        {% for column in receiver if column != 'is_idle' %}
        {{ column }},
        {% endfor %}
        false as is_idle,
        active_user_count as quantity

    from active_users
),

logged as (
    select
        'gateway' as driver_method,
        platform as driver_scope,
        'day' as driver_grain,
        usage_date as driver_date,
        {{ gateway_driver_key('provider', 'bill_identity_id', 'model') }} as driver_key,
        {% for column in receiver if column != 'is_idle' %}
        {{ column }},
        {% endfor %}
        false as is_idle,
        cast(cast(list_units as decimal(25, 0)) * cast(0.000000000001 as decimal(13, 12)) as {{ column_type('quantity') }})
            as quantity

    from gateway_usage
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
        {% for column in receiver if column != 'is_idle' %}
        owner_costs.{{ column }},
        {% endfor %}
        false as is_idle,
        cast(owner_costs.driver_cost as {{ column_type('quantity') }}) as quantity

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
        {% for column in receiver if column != 'is_idle' %}
        split_receivers.{{ column }},
        {% endfor %}
        false as is_idle,
        cast(case tried.method when 'even' then 1 else split_receivers.share_percent end as {{ column_type('quantity') }})
            as quantity

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
        false as is_idle,
        cast(1 as {{ column_type('quantity') }}) as quantity

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
    select * from left_idle
    union all
    select * from counted_users
    union all
    select * from logged
    union all
    select * from costed
    union all
    select * from agreed
    union all
    select * from single
),

-- A negative net driver weighs nothing. Fractional quantities are rounded once, to millionths.
summed as (
    select
        {{ driver | join(', ') }},
        {{ receiver | join(', ') }},
        cast(
            case
                when sum(quantity) <= 0 then 0
                when driver_method in ('cost', 'gateway') then sum(quantity)
                else cast(sum(quantity) as decimal(30, 6))
            end as {{ column_type('quantity') }}
        ) as driver_quantity

    from unioned
    group by
        {{ driver | join(', ') }},
        {{ receiver | join(', ') }}
),

-- A weight is a whole number inside the split: money in its smallest unit, listed usage in 10⁻¹², all else in millionths.
weighed as (
    select
        {{ hash_key(driver) }} as driver_id,
        {{ driver | join(', ') }},
        {{ receiver | join(', ') }},
        driver_quantity,
        case driver_method
            when 'cost' then {{ to_units('driver_quantity') }}
            when 'gateway'
                then cast(
                    cast(driver_quantity as decimal(25, 12)) * cast(1000000000000 as decimal(13, 0)) as decimal(38, 0)
                )
            when 'fixed' then cast(driver_quantity as decimal(38, 0))
            when 'central' then cast(driver_quantity as decimal(38, 0))
            else cast(cast(driver_quantity as decimal(30, 12)) * cast(1000000 as decimal(7, 0)) as decimal(38, 0))
        end as driver_units

    from summed
)

select * from weighed
