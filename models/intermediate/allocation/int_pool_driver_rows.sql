{{ config(materialized='table') }}

{% set receiver = ['cost_centre_code', 'use_case_id', 'unallocated_reason', 'identity_type', 'identity_id'] %}

with

attempts as (
    select * from {{ ref('int_pool_attempts') }}
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
        attempts.pool_id,
        attempts.attempt,
        attempts.attempt_method,
        {% for column in receiver %}
        usage_by_owner.{{ column }},
        {% endfor %}
        cast(
            sum(
                case attempts.attempt_method
                    when 'token_volume' then usage_by_owner.weighted_token_count
                    when 'requests' then cast(usage_by_owner.request_count as decimal(38, 6))
                end
            ) as {{ column_type('quantity') }}
        ) as driver_quantity,
        cast(1000000 as decimal(11, 0)) as units_per_quantity

    from attempts
    inner join usage_by_owner
        on attempts.driver_scope = usage_by_owner.platform
            and attempts.accounting_month = case
                when attempts.driver_grain = 'day' then attempts.accounting_month else usage_by_owner.usage_month
            end
            and attempts.pool_date = case
                when attempts.driver_grain = 'day' then usage_by_owner.usage_date else attempts.pool_date
            end
    where attempts.attempt_method in ('token_volume', 'requests')
    group by
        attempts.pool_id,
        attempts.attempt,
        attempts.attempt_method,
        {% for column in receiver %}
        usage_by_owner.{{ column }}{{ "," if not loop.last }}
        {% endfor %}
),

costed as (
    select
        attempts.pool_id,
        attempts.attempt,
        attempts.attempt_method,
        {% for column in receiver %}
        owner_costs.{{ column }},
        {% endfor %}
        cast(sum(owner_costs.driver_cost) as {{ column_type('quantity') }}) as driver_quantity,
        cast(10000000000 as decimal(11, 0)) as units_per_quantity

    from attempts
    inner join owner_costs
        on attempts.driver_scope = owner_costs.platform
            and attempts.accounting_month = owner_costs.accounting_month
            and attempts.pool_date = case
                when attempts.driver_grain = 'day' then owner_costs.charge_date else attempts.pool_date
            end
    where attempts.attempt_method = 'cost'
    group by
        attempts.pool_id,
        attempts.attempt,
        attempts.attempt_method,
        {% for column in receiver %}
        owner_costs.{{ column }}{{ "," if not loop.last }}
        {% endfor %}
),

agreed as (
    select
        attempts.pool_id,
        attempts.attempt,
        attempts.attempt_method,
        {% for column in receiver %}
        split_receivers.{{ column }},
        {% endfor %}
        cast(
            sum(case attempts.attempt_method when 'even' then 1 else split_receivers.share_percent end)
            as {{ column_type('quantity') }}
        ) as driver_quantity,
        cast(1000000 as decimal(11, 0)) as units_per_quantity

    from attempts
    inner join split_receivers
        on attempts.split_id = split_receivers.split_id
            and attempts.period_start >= split_receivers.valid_from
            and attempts.period_start < split_receivers.valid_to
    where attempts.attempt_method in ('split', 'even')
    group by
        attempts.pool_id,
        attempts.attempt,
        attempts.attempt_method,
        {% for column in receiver %}
        split_receivers.{{ column }}{{ "," if not loop.last }}
        {% endfor %}
),

-- A fallback to one receiver: it takes the whole pool.
single as (
    select
        attempts.pool_id,
        attempts.attempt,
        attempts.attempt_method,
        case attempts.attempt_method
            when 'fixed' then targets.paying_cost_centre_code else programme.paying_cost_centre_code
        end as cost_centre_code,
        cast(null as {{ dbt.type_string() }}) as use_case_id,
        case
            when attempts.attempt_method = 'fixed' and targets.paying_cost_centre_code is null
                then coalesce(targets.dead_end_reason, 'unknown_cost_centre')
            when attempts.attempt_method = 'central' and programme.paying_cost_centre_code is null
                then coalesce(programme.dead_end_reason, 'unknown_cost_centre')
        end as unallocated_reason,
        cast(null as {{ dbt.type_string() }}) as identity_type,
        cast(null as {{ dbt.type_string() }}) as identity_id,
        cast(1 as {{ column_type('quantity') }}) as driver_quantity,
        cast(1 as decimal(11, 0)) as units_per_quantity

    from attempts
    left join cost_centres as targets
        on attempts.attempt_method = 'fixed'
            and attempts.target_cost_centre = targets.cost_centre_code
            and attempts.period_start >= targets.segment_start
            and attempts.period_start < targets.segment_end
    left join programme
        on attempts.attempt_method = 'central'
            and attempts.period_start >= programme.valid_from
            and attempts.period_start < programme.valid_to
    where attempts.attempt_method in ('fixed', 'central')
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

-- A negative net driver weighs nothing; a weight is a whole number inside the split.
attempted as (
    select
        pool_id,
        attempt,
        attempt_method,
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

    from unioned
)

select * from attempted
