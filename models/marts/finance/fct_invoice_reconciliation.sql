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

prepaid_costs as (
    select * from {{ ref('int_prepaid_costs_by_invoice') }}
),

purchases as (
    select * from {{ ref('int_credit_purchases_invoiced') }}
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
    -- The invoice of a purchase of credit answers for charges where the bill shows the purchase.
    where coalesce(invoices.invoice_kind, 'usage') = 'usage' or billed_invoices.invoice_id is not null
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

compared as (
    select
        distinct_keys.platform,
        distinct_keys.billing_account_id,
        distinct_keys.invoice_key,
        coalesce(registered_invoices.registered_invoice_ids, billed_invoices.invoice_id) as invoice_id,
        distinct_keys.billing_currency,
        registered_invoices.invoice_amount,
        billed_invoices.billed_cost is not null as is_billed,
        coalesce(billed_invoices.billed_cost, 0) as billed_cost,
        coalesce(billed_invoices.tax_cost, 0) as tax_cost,
        coalesce(prepaid_costs.prepaid_cost, 0) as prepaid_cost,
        coalesce(billed_invoices.billed_cost, 0) - coalesce(billed_invoices.tax_cost, 0)
        - coalesce(prepaid_costs.prepaid_cost, 0) as invoiceable_cost,
        coalesce(ledger_invoices.ledger_cost, 0) as ledger_cost,
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
    left join prepaid_costs
        on distinct_keys.platform = prepaid_costs.platform
            and distinct_keys.billing_account_id = prepaid_costs.billing_account_id
            and distinct_keys.accounting_month = prepaid_costs.accounting_month
            and distinct_keys.invoice_key = coalesce(prepaid_costs.invoice_id, '')
            and distinct_keys.billing_currency = prepaid_costs.currency
),

usage_and_purchases as (
    select
        {{ hash_key([
            'platform', 'billing_account_id', 'accounting_month', 'invoice_key', 'billing_currency',
        ]) }} as reconciliation_id,
        platform,
        billing_account_id,
        invoice_id,
        billing_currency,
        'usage' as invoice_kind,
        case
            when invoice_amount is null and prepaid_cost <> 0 and cast(invoiceable_cost as decimal(38, 2)) = 0
                then 'prepaid'
            when invoice_amount is null then 'no invoice registered'
            when not is_billed then 'no charges landed'
            when invoice_amount = cast(invoiceable_cost as decimal(38, 2)) then 'agrees'
            else 'differs'
        end as status,
        invoice_amount,
        billed_cost,
        tax_cost,
        prepaid_cost,
        0 as purchased_amount,
        ledger_cost,
        case
            when invoice_amount is not null or prepaid_cost <> 0 then coalesce(invoice_amount, 0) - invoiceable_cost
        end as difference,
        accounting_month

    from compared

    union all

    select
        {{ hash_key([
            "'purchase'", 'platform', 'billing_account_id', 'accounting_month', 'invoice_id', 'currency',
        ]) }} as reconciliation_id,
        platform,
        billing_account_id,
        invoice_id,
        currency as billing_currency,
        'purchase' as invoice_kind,
        case
            when invoice_amount is null then 'no invoice registered'
            when purchased_amount is null then 'no purchase registered'
            when invoice_amount = purchased_amount then 'agrees'
            else 'differs'
        end as status,
        invoice_amount,
        0 as billed_cost,
        0 as tax_cost,
        0 as prepaid_cost,
        coalesce(purchased_amount, 0) as purchased_amount,
        0 as ledger_cost,
        invoice_amount - coalesce(purchased_amount, 0) as difference,
        accounting_month

    from purchases
),

reconciled as (
    select
        reconciliation_id,
        platform as provider,
        billing_account_id,
        invoice_id,
        billing_currency,
        invoice_kind,
        status,
        cast(invoice_amount as {{ column_type('money') }}) as invoice_amount,
        cast(billed_cost as {{ column_type('money') }}) as billed_cost,
        cast(tax_cost as {{ column_type('money') }}) as tax_cost,
        cast(prepaid_cost as {{ column_type('money') }}) as prepaid_cost,
        cast(purchased_amount as {{ column_type('money') }}) as purchased_amount,
        cast(ledger_cost as {{ column_type('money') }}) as ledger_cost,
        cast(difference as {{ column_type('money') }}) as difference,
        accounting_month

    from usage_and_purchases
)

select * from reconciled
