-- Per tier and bill, the parts that shared services passed on sum to the entries that they held, in every measure.
-- Without it a tier could lose cost that no pool of charges misses.
with

entries as (
    select * from {{ ref('int_allocations_unioned') }}
),

onward_pools as (
    select * from {{ ref('int_onward_pools') }}
),

sides as (
    select
        onward_pools.tier,
        entries.platform,
        entries.billing_account_id,
        entries.invoice_id,
        entries.billing_currency,
        entries.accounting_month,
        entries.billed_cost,
        entries.effective_cost,
        entries.reporting_cost

    from entries
    inner join onward_pools
        on entries.onward_pool_id = onward_pools.pool_id

    union all

    select
        tier,
        platform,
        billing_account_id,
        invoice_id,
        billing_currency,
        accounting_month,
        -billed_cost as billed_cost,
        -effective_cost as effective_cost,
        -reporting_cost as reporting_cost

    from entries
    where tier > 1
)

select
    tier,
    platform,
    billing_account_id,
    invoice_id,
    billing_currency,
    accounting_month

from sides
group by
    tier,
    platform,
    billing_account_id,
    invoice_id,
    billing_currency,
    accounting_month
having sum(billed_cost) <> 0 or sum(effective_cost) <> 0 or sum(reporting_cost) <> 0
