-- Days are the ledger's months spread, weeks are days gathered: per platform, cost centre and use case both hold what the
-- ledger holds, to the last decimal, each day in its own accounting month. Forecasts and anomalies rest on it.
with

amounts as (
    select platform, cost_centre_code, use_case_id, reporting_currency, accounting_month, reporting_cost as ledger_cost, 0 as daily_cost
    from {{ ref('fct_allocation_ledger') }}

    union all

    select
        platform, cost_centre_code, use_case_id, reporting_currency, {{ month_start('calendar_date') }} as accounting_month,
        0 as ledger_cost, reporting_cost as daily_cost
    from {{ ref('fct_showback_daily') }}

    union all

    -- Weeks against days, as a month of their own that no ledger knows.
    select platform, cost_centre_code, use_case_id, reporting_currency, null as accounting_month, reporting_cost as ledger_cost, 0 as daily_cost
    from {{ ref('fct_showback_daily') }}

    union all

    select platform, cost_centre_code, use_case_id, reporting_currency, null as accounting_month, 0 as ledger_cost, reporting_cost as daily_cost
    from {{ ref('fct_showback_weekly') }}
)

select
    platform,
    cost_centre_code,
    use_case_id,
    reporting_currency,
    accounting_month,
    sum(ledger_cost) as ledger_cost,
    sum(daily_cost) as daily_cost

from amounts
group by
    platform,
    cost_centre_code,
    use_case_id,
    reporting_currency,
    accounting_month
having sum(ledger_cost) <> sum(daily_cost)
