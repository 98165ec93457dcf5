-- Per use case and month what sandboxes cost is what the ledger says was inside, over the cap and after the expiry, and
-- what the status calls funded is what the ledger lets the programme pay: cap and run-rate speak of posted money.
with

months as (
    select * from {{ ref('int_judged_months') }}
),

newest as (
    select
        use_case_id,
        stage_valid_from,
        max(accounting_month) as accounting_month

    from {{ ref('fct_sandbox_status') }}
    group by
        use_case_id,
        stage_valid_from
),

sides as (
    select
        'month ' || cast(accounting_month as {{ dbt.type_string() }}) as aspect,
        use_case_id,
        month_cost as reporting_cost

    from {{ ref('fct_sandbox_status') }}

    union all

    select
        'month ' || cast(ledger.accounting_month as {{ dbt.type_string() }}) as aspect,
        ledger.use_case_id,
        -ledger.reporting_cost as reporting_cost

    from {{ ref('fct_allocation_ledger') }} as ledger
    inner join months
        on ledger.accounting_month = months.accounting_month
    where ledger.funding is not null

    union all

    select
        'funded' as aspect,
        status.use_case_id,
        status.funded_cost as reporting_cost

    from {{ ref('fct_sandbox_status') }} as status
    inner join newest
        on status.use_case_id = newest.use_case_id
            and status.stage_valid_from = newest.stage_valid_from
            and status.accounting_month = newest.accounting_month

    union all

    select
        'funded' as aspect,
        ledger.use_case_id,
        -ledger.reporting_cost as reporting_cost

    from {{ ref('fct_allocation_ledger') }} as ledger
    inner join months
        on ledger.accounting_month = months.accounting_month
    where ledger.funding = 'inside'
        and (ledger.billing_mode = 'central' or ledger.unallocated_reason is not null)
)

select
    aspect,
    use_case_id,
    sum(reporting_cost) as difference

from sides
group by
    aspect,
    use_case_id
having sum(reporting_cost) <> 0
