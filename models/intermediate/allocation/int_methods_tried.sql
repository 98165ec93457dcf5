with

rules as (
    select * from {{ ref('int_allocation_rules') }}
),

methods as (
    {{ explode_text('rules', 'methods') }}
),

keyed as (
    select
        item as method,
        driver_grain,
        case
            when item in ('split', 'even') then split_id
            when item = 'fixed' then target_cost_centre
            when item = 'gpu_hours' then idle_policy
        end as driver_key

    from methods
),

-- Drivers that no rule asks for are not worth computing.
tried as (
    select
        method,
        driver_grain,
        driver_key

    from keyed
    group by
        method,
        driver_grain,
        driver_key
)

select * from tried
