-- Per cost centre, platform and month the showback's cost is the ledger's allocated cost: spreading a pool part moves none.
with

sides as (
    select
        cost_centre_code,
        platform,
        accounting_month,
        reporting_cost

    from {{ ref('fct_showback_monthly') }}

    union all

    select
        cost_centre_code,
        platform,
        accounting_month,
        -reporting_cost as reporting_cost

    from {{ ref('fct_allocation_ledger') }}
    where unallocated_reason is null
)

select
    cost_centre_code,
    platform,
    accounting_month,
    sum(reporting_cost) as difference

from sides
group by
    cost_centre_code,
    platform,
    accounting_month
having sum(reporting_cost) <> 0
