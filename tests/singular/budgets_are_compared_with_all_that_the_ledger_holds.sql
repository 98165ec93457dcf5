-- Per month the actual cost of cost centres and of what nobody pays sums to the ledger, and each telling by use case to the
-- ledger's part with a use case: no spend escapes a budget's comparison for want of a budget.
with

sides as (
    select
        accounting_month,
        case when budget_scope = 'use case' then 'use case' else 'payer' end as telling,
        actual_cost as reporting_cost

    from {{ ref('fct_budget_variance') }}
    where budget_scope <> 'use case of a cost centre'

    union all

    select
        accounting_month,
        'payer' as telling,
        -reporting_cost as reporting_cost

    from {{ ref('fct_allocation_ledger') }}

    union all

    select
        accounting_month,
        'use case' as telling,
        -reporting_cost as reporting_cost

    from {{ ref('fct_allocation_ledger') }}
    where use_case_id is not null
)

select
    accounting_month,
    telling,
    sum(reporting_cost) as difference

from sides
group by
    accounting_month,
    telling
having sum(reporting_cost) <> 0
