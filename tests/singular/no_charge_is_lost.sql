-- Per platform, billing account, accounting month, invoice and currency the ledger's sum is the charges' sum, for every
-- measure, to the last decimal. Every figure that anyone reports rests on this.
with

sides as (
    select
        x_platform as platform,
        billing_account_id,
        invoice_id,
        billing_currency,
        x_accounting_month as accounting_month,
        billed_cost,
        effective_cost,
        x_reporting_cost as reporting_cost

    from {{ ref('int_charges_converted') }}

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

    from {{ ref('fct_allocation_ledger') }}
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
