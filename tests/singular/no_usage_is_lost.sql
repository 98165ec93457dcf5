-- Per platform, metric, model and day the aggregated usage is the metered usage: a driver that loses rows splits wrongly.
with

sides as (
    select
        platform,
        metric,
        model,
        cast(period_start as date) as usage_date,
        quantity

    from {{ ref('int_usage_spread_over_days') }}

    union all

    select
        platform,
        metric,
        model,
        usage_date,
        -quantity as quantity

    from {{ ref('int_usage_aggregated_to_day') }}
)

select
    platform,
    metric,
    model,
    usage_date,
    sum(quantity) as difference

from sides
group by
    platform,
    metric,
    model,
    usage_date
having sum(quantity) <> 0
