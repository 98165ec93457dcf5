with

purchases as (
    select * from {{ ref('int_credit_lots_ranked') }}
),

invoices as (
    select
        lower(provider) as platform,
        billing_account_id,
        invoice_id,
        currency,
        sum(amount) as invoice_amount,
        billing_month

    from {{ ref('stg_registers__invoices') }}
    where invoice_kind = 'purchase'
    group by
        lower(provider),
        billing_account_id,
        invoice_id,
        currency,
        billing_month
),

-- A purchase belongs to the month of its invoice, where that has the same number; else to its own.
dated as (
    select
        purchases.platform,
        purchases.billing_account_id,
        purchases.invoice_id,
        purchases.currency,
        purchases.amount,
        coalesce(invoices.billing_month, {{ month_start('purchases.purchased_on') }}) as accounting_month

    from purchases
    left join invoices
        on purchases.platform = invoices.platform
            and purchases.billing_account_id = invoices.billing_account_id
            and purchases.invoice_id = invoices.invoice_id
            and purchases.currency = invoices.currency
),

sides as (
    select
        platform,
        billing_account_id,
        invoice_id,
        currency,
        amount as purchased_amount,
        cast(null as {{ column_type('money') }}) as invoice_amount,
        accounting_month

    from dated

    union all

    select
        platform,
        billing_account_id,
        invoice_id,
        currency,
        cast(null as {{ column_type('money') }}) as purchased_amount,
        invoice_amount,
        billing_month as accounting_month

    from invoices
),

invoiced as (
    select
        platform,
        billing_account_id,
        invoice_id,
        currency,
        sum(purchased_amount) as purchased_amount,
        sum(invoice_amount) as invoice_amount,
        accounting_month

    from sides
    group by
        platform,
        billing_account_id,
        invoice_id,
        currency,
        accounting_month
)

select * from invoiced
