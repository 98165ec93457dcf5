-- Per metric and month all that was metered is a driver or is kept with its overlap set: a quantity that is neither would
-- move shares, one that is both would count twice.
with

sides as (
    select
        metric,
        {{ month_start('period_start') }} as usage_month,
        quantity

    from {{ ref('int_usage_landed') }}

    union all

    select
        metric,
        {{ month_start('period_start') }} as usage_month,
        -quantity as quantity

    from {{ ref('int_usage_unioned') }}

    union all

    select
        metric,
        accounting_month as usage_month,
        -kept_quantity as quantity

    from {{ ref('fct_overlapping_usage') }}
)

select
    metric,
    usage_month,
    sum(quantity) as difference

from sides
group by
    metric,
    usage_month
having sum(quantity) <> 0
