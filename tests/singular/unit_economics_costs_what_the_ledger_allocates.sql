-- Per use case and month the cost of unit economics is the ledger's: a unit cost leaves no part of the bill out.
with

sides as (
    select
        use_case_id,
        accounting_month,
        reporting_cost

    from {{ ref('fct_unit_economics') }}

    union all

    select
        use_case_id,
        accounting_month,
        -reporting_cost as reporting_cost

    from {{ ref('fct_allocation_ledger') }}
    where use_case_id is not null
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
