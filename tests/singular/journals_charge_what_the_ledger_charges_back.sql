-- Per month, platform, billing account and invoice the journals' cost-centre lines come to the ledger's chargeback entries,
-- rounded once to the minor unit of the currency; adjustments likewise, in the month they are posted in.
with

charged as (
    select
        platform,
        billing_account_id,
        invoice_id,
        reporting_currency,
        reporting_cost,
        accounting_month as original_month,
        accounting_month

    from {{ ref('fct_allocation_ledger') }}
    where billing_mode = 'chargeback'

    union all

    select
        platform,
        billing_account_id,
        invoice_id,
        reporting_currency,
        reporting_cost,
        original_month,
        accounting_month

    from {{ ref('fct_prior_period_adjustments') }}
    where billing_mode = 'chargeback'
),

sides as (
    select
        platform,
        billing_account_id,
        invoice_id,
        reporting_currency,
        original_month,
        accounting_month,
        case {{ minor_unit_digits('reporting_currency') }}
            when 0 then cast(cast(sum(reporting_cost) as decimal(38, 0)) as {{ column_type('money') }})
            when 3 then cast(cast(sum(reporting_cost) as decimal(38, 3)) as {{ column_type('money') }})
            when 4 then cast(cast(sum(reporting_cost) as decimal(38, 4)) as {{ column_type('money') }})
            else cast(cast(sum(reporting_cost) as decimal(38, 2)) as {{ column_type('money') }})
        end as amount

    from charged
    group by
        platform,
        billing_account_id,
        invoice_id,
        reporting_currency,
        original_month,
        accounting_month

    union all

    select
        platform,
        billing_account_id,
        invoice_id,
        currency as reporting_currency,
        original_month,
        accounting_month,
        credit_amount - debit_amount as amount

    from {{ ref('fct_chargeback_journal_lines') }}
    where line_type = 'cost_centre'
)

select
    platform,
    billing_account_id,
    invoice_id,
    reporting_currency,
    original_month,
    accounting_month,
    sum(amount) as difference

from sides
group by
    platform,
    billing_account_id,
    invoice_id,
    reporting_currency,
    original_month,
    accounting_month
having sum(amount) <> 0
