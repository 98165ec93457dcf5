with

groups as (
    select * from {{ ref('int_charge_groups') }}
),

-- The months and days on which a pool can begin.
periods as (
    select
        'month' as driver_grain,
        accounting_month as driver_date,
        cast(accounting_month as timestamp) as period_start

    from groups
    group by accounting_month

    union all

    select
        'day' as driver_grain,
        charge_date as driver_date,
        cast(charge_date as timestamp) as period_start

    from groups
    group by charge_date
)

select * from periods
