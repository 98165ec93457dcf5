{% set drivers = usage_drivers() %}

with

owned_usage as (
    select * from {{ ref('int_driver_usage_by_owner') }}
    where unallocated_reason is null
),

by_day as (
    select
        platform,
        coalesce('use case ' || use_case_id, 'cost centre ' || cost_centre_code) as usage_owner,
        {% for driver, quantity in drivers %}
        sum({{ quantity }}) as {{ quantity }},
        {% endfor %}
        usage_date

    from owned_usage
    group by
        platform,
        coalesce('use case ' || use_case_id, 'cost centre ' || cost_centre_code),
        usage_date
),

by_driver as (
    {% for driver, quantity in drivers %}
    select
        platform,
        usage_owner,
        '{{ driver }}' as driver,
        -- Millionths, so that hours of GPUs are whole numbers too.
        cast(cast({{ quantity }} as decimal(30, 6)) * cast(1000000 as decimal(7, 0)) as decimal(38, 0)) as driver_units,
        usage_date

    from by_day
    where {{ quantity }} > 0
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select * from by_driver
