-- Per cost centre and month the spend with, without and beyond outcomes is the ledger's: none is left out or told twice.
with

sides as (
    select
        cost_centre_code,
        reporting_currency,
        accounting_month,
        reporting_cost

    from {{ ref('fct_outcome_coverage') }}

    union all

    select
        cost_centre_code,
        reporting_currency,
        accounting_month,
        -reporting_cost as reporting_cost

    from {{ ref('fct_allocation_ledger') }}
),

differences as (
    select
        cost_centre_code,
        reporting_currency,
        accounting_month,
        sum(reporting_cost) as difference

    from sides
    group by
        cost_centre_code,
        reporting_currency,
        accounting_month
)

select * from differences
where difference <> 0
