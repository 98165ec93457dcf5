{{ config(materialized='table') }}

with

charges as (
    select * from {{ ref('int_charges_profiled') }}
    where charge_category <> 'Tax'
),

lots as (
    select * from {{ ref('int_credit_lots_ranked') }}
),

accounts as (
    select
        account_key,
        platform,
        billing_account_id,
        currency,
        min(purchased_on) as prepaid_from

    from lots
    group by
        account_key,
        platform,
        billing_account_id,
        currency
),

purchase_invoices as (
    select
        account_key,
        invoice_id

    from lots
    where invoice_id is not null
    group by
        account_key,
        invoice_id
),

-- A charge draws on its own day, or on the nearest day of the month whose bill carries it.
dated as (
    select
        accounts.account_key,
        charges.invoice_id,
        charges.accounting_month,
        greatest(
            charges.accounting_month,
            least(charges.charge_date, cast({{ add_days(add_months('charges.accounting_month', 1), -1) }} as date))
        ) as drawn_on,
        accounts.prepaid_from,
        charges.effective_cost,
        charges.billed_cost

    from accounts
    inner join charges
        on accounts.platform = charges.platform
            and accounts.billing_account_id = charges.billing_account_id
            and accounts.currency = charges.billing_currency
),

-- The purchase itself, where a bill shows it, is not paid by the credit that it buys.
summed as (
    select
        dated.account_key,
        dated.invoice_id,
        cast(sum(dated.effective_cost) as {{ column_type('money') }}) as effective_cost,
        cast(sum(dated.billed_cost) as {{ column_type('money') }}) as billed_cost,
        dated.accounting_month,
        dated.drawn_on

    from dated
    left join purchase_invoices
        on dated.account_key = purchase_invoices.account_key
            and dated.invoice_id = purchase_invoices.invoice_id
    where dated.drawn_on >= dated.prepaid_from and purchase_invoices.invoice_id is null
    group by
        dated.account_key,
        dated.invoice_id,
        dated.accounting_month,
        dated.drawn_on
)

select * from summed
