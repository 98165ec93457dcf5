-- For a closed month, what was posted plus every adjustment whose original month it is comes to the current charges, per
-- platform, billing account, invoice and currency, for every measure, to the last decimal.
with

sides as (
    select
        charges.x_platform as platform,
        charges.billing_account_id,
        charges.invoice_id,
        charges.billing_currency,
        charges.x_accounting_month as accounting_month,
        charges.billed_cost,
        charges.effective_cost,
        charges.x_reporting_cost as reporting_cost

    from {{ ref('int_charges_converted') }} as charges
    inner join {{ ref('dim_accounting_periods') }} as periods
        on charges.x_accounting_month = periods.accounting_month
    where periods.period_status = 'closed'

    union all

    select
        platform,
        billing_account_id,
        invoice_id,
        billing_currency,
        accounting_month,
        -billed_cost as billed_cost,
        -effective_cost as effective_cost,
        -reporting_cost as reporting_cost

    from {{ ref('fct_posted_ledger') }}

    union all

    select
        platform,
        billing_account_id,
        invoice_id,
        billing_currency,
        original_month as accounting_month,
        -billed_cost as billed_cost,
        -effective_cost as effective_cost,
        -reporting_cost as reporting_cost

    from {{ ref('fct_prior_period_adjustments') }}
)

select
    platform,
    billing_account_id,
    invoice_id,
    billing_currency,
    accounting_month,
    sum(billed_cost) as billed_difference,
    sum(effective_cost) as effective_difference,
    sum(reporting_cost) as reporting_difference

from sides
group by
    platform,
    billing_account_id,
    invoice_id,
    billing_currency,
    accounting_month
having sum(billed_cost) <> 0 or sum(effective_cost) <> 0 or sum(reporting_cost) <> 0
