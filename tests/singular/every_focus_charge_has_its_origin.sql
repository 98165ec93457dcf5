-- The origins' amounts are those of all charges of their month: no charge falls between charge groups and pools, so that
-- the allocated rows can stand for the whole bill.
with

sides as (
    select
        list_cost,
        contracted_cost,
        billing_period_start

    from {{ ref('fct_focus_cost_and_usage') }}

    union all

    select
        -list_cost as list_cost,
        -contracted_cost as contracted_cost,
        billing_period_start

    from {{ ref('int_focus_origins_described') }}
)

select
    billing_period_start,
    sum(list_cost) as list_difference,
    sum(contracted_cost) as contracted_difference

from sides
group by billing_period_start
having sum(list_cost) <> 0 or sum(contracted_cost) <> 0
