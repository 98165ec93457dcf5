with

charges as (
    select * from {{ ref('int_charges_profiled') }}
),

ledger as (
    select * from {{ ref('fct_allocation_ledger') }}
),

invoices as (
    select * from {{ ref('stg_registers__invoices') }}
),

billed_invoices as (
    select
        platform,
        billing_account_id,
        accounting_month,
        invoice_id,
        billing_currency,
        sum(billed_cost) as billed_cost,
        sum(case when charge_category = 'Tax' then billed_cost else 0 end) as tax_cost

    from charges
    group by
        platform,
        billing_account_id,
        accounting_month,
        invoice_id,
        billing_currency
),

ledger_invoices as (
    select
        platform,
        billing_account_id,
        accounting_month,
        invoice_id,
        billing_currency,
        sum(billed_cost) as ledger_cost

    from ledger
    group by
        platform,
        billing_account_id,
        accounting_month,
        invoice_id,
        billing_currency
),

-- An invoice whose number no charge carries answers for the charges of its account and month that carry none.
registered_invoices as (
    select
        lower(invoices.provider) as platform,
        invoices.billing_account_id,
        invoices.billing_month as accounting_month,
        billed_invoices.invoice_id as matched_invoice_id,
        invoices.currency as billing_currency,
        {{ sorted_text('invoices.invoice_id', "', '") }} as registered_invoice_ids,
        sum(invoices.amount) as invoice_amount

    from invoices
    left join billed_invoices
        on lower(invoices.provider) = billed_invoices.platform
            and invoices.billing_account_id = billed_invoices.billing_account_id
            and invoices.billing_month = billed_invoices.accounting_month
            and invoices.invoice_id = billed_invoices.invoice_id
            and invoices.currency = billed_invoices.billing_currency
    where coalesce(invoices.invoice_kind, 'usage') = 'usage'
    group by
        lower(invoices.provider),
        invoices.billing_account_id,
        invoices.billing_month,
        billed_invoices.invoice_id,
        invoices.currency
),

-- Every key that either side knows, so that neither a bill without an invoice nor an invoice without a bill is lost.
keys as (
    select platform, billing_account_id, accounting_month, invoice_id, billing_currency from billed_invoices
    union all
    select platform, billing_account_id, accounting_month, matched_invoice_id as invoice_id, billing_currency
    from registered_invoices
),

distinct_keys as (
    select
        platform,
        billing_account_id,
        accounting_month,
        coalesce(invoice_id, '') as invoice_key,
        billing_currency

    from keys
    group by
        platform,
        billing_account_id,
        accounting_month,
        coalesce(invoice_id, ''),
        billing_currency
),

reconciled as (
    select
        {{ hash_key([
            'distinct_keys.platform', 'distinct_keys.billing_account_id', 'distinct_keys.accounting_month',
            'distinct_keys.invoice_key', 'distinct_keys.billing_currency',
        ]) }} as reconciliation_id,
        distinct_keys.platform as provider,
        distinct_keys.billing_account_id,
        coalesce(registered_invoices.registered_invoice_ids, billed_invoices.invoice_id) as invoice_id,
        distinct_keys.billing_currency,
        case
            when registered_invoices.invoice_amount is null then 'no invoice registered'
            when billed_invoices.billed_cost is null then 'no charges landed'
            when registered_invoices.invoice_amount
                = cast(billed_invoices.billed_cost - billed_invoices.tax_cost as decimal(38, 2))
                then 'agrees'
            else 'differs'
        end as status,
        cast(registered_invoices.invoice_amount as {{ column_type('money') }}) as invoice_amount,
        cast(coalesce(billed_invoices.billed_cost, 0) as {{ column_type('money') }}) as billed_cost,
        cast(coalesce(billed_invoices.tax_cost, 0) as {{ column_type('money') }}) as tax_cost,
        cast(coalesce(ledger_invoices.ledger_cost, 0) as {{ column_type('money') }}) as ledger_cost,
        cast(
            registered_invoices.invoice_amount
            - coalesce(billed_invoices.billed_cost - billed_invoices.tax_cost, 0) as {{ column_type('money') }}
        ) as difference,
        distinct_keys.accounting_month

    from distinct_keys
    left join billed_invoices
        on distinct_keys.platform = billed_invoices.platform
            and distinct_keys.billing_account_id = billed_invoices.billing_account_id
            and distinct_keys.accounting_month = billed_invoices.accounting_month
            and distinct_keys.invoice_key = coalesce(billed_invoices.invoice_id, '')
            and distinct_keys.billing_currency = billed_invoices.billing_currency
    left join ledger_invoices
        on distinct_keys.platform = ledger_invoices.platform
            and distinct_keys.billing_account_id = ledger_invoices.billing_account_id
            and distinct_keys.accounting_month = ledger_invoices.accounting_month
            and distinct_keys.invoice_key = coalesce(ledger_invoices.invoice_id, '')
            and distinct_keys.billing_currency = ledger_invoices.billing_currency
    left join registered_invoices
        on distinct_keys.platform = registered_invoices.platform
            and distinct_keys.billing_account_id = registered_invoices.billing_account_id
            and distinct_keys.accounting_month = registered_invoices.accounting_month
            and distinct_keys.invoice_key = coalesce(registered_invoices.matched_invoice_id, '')
            and distinct_keys.billing_currency = registered_invoices.billing_currency
)

select * from reconciled
