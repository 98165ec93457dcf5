with

ledger as (
    select * from {{ ref('fct_allocation_ledger') }}
    where funding in ('inside', 'over_cap', 'expired')
),

sandboxes as (
    select * from {{ ref('int_sandbox_stages') }}
),

-- An entry's day lies in one stage row; where one sandbox follows another inside the day, the entry is the earlier's
-- unless it began with the day.
matched as (
    select
        ledger.allocation_id,
        ledger.use_case_id,
        ledger.funding,
        ledger.reporting_cost,
        ledger.accounting_month,
        ledger.charge_date,
        min(sandboxes.valid_from) as stage_valid_from

    from ledger
    inner join sandboxes
        on ledger.use_case_id = sandboxes.use_case_id
            and sandboxes.valid_from < {{ add_days('ledger.charge_date', 1) }}
            and sandboxes.valid_to > cast(ledger.charge_date as timestamp)
    group by
        ledger.allocation_id,
        ledger.use_case_id,
        ledger.funding,
        ledger.reporting_cost,
        ledger.accounting_month,
        ledger.charge_date
)

select * from matched
