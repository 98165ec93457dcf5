-- Per month and use case the governance mart's cost is the ledger's, and the readiness scores hold every penny of the
-- ledger once: no use case and no cost is left out of what governance judges.
with

months as (
    select * from {{ ref('int_judged_months') }}
),

sides as (
    select
        use_case_id,
        accounting_month,
        reporting_cost

    from {{ ref('fct_use_case_governance') }}

    union all

    select
        ledger.use_case_id,
        ledger.accounting_month,
        -ledger.reporting_cost as reporting_cost

    from {{ ref('fct_allocation_ledger') }} as ledger
    inner join months
        on ledger.accounting_month = months.accounting_month
    where ledger.use_case_id is not null

    union all

    select
        scope_kind as use_case_id,
        accounting_month,
        use_case_cost + unexplained_cost as reporting_cost

    from {{ ref('fct_governance_readiness') }}
    where scope_kind in ('company', 'department')

    union all

    select
        scopes.scope_kind as use_case_id,
        ledger.accounting_month,
        -ledger.reporting_cost as reporting_cost

    from {{ ref('fct_allocation_ledger') }} as ledger
    inner join months
        on ledger.accounting_month = months.accounting_month
    cross join (select 'company' as scope_kind union all select 'department' as scope_kind) as scopes
)

select
    use_case_id,
    accounting_month,
    sum(reporting_cost) as difference

from sides
group by
    use_case_id,
    accounting_month
having sum(reporting_cost) <> 0
