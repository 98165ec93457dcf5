{% set modes = ['chargeback', 'showback', 'central', 'unallocated'] %}

with

charges as (
    select * from {{ ref('int_charges_profiled') }}
),

ledger as (
    select * from {{ ref('fct_allocation_ledger') }}
),

adjustments as (
    select * from {{ ref('fct_prior_period_adjustments') }}
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates') }}
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

invoices as (
    select * from {{ ref('stg_registers__invoices') }}
),

prepaid_costs as (
    select * from {{ ref('int_prepaid_costs_by_invoice') }}
),

overlapping_invoices as (
    select
        platform,
        billing_account_id,
        accounting_month,
        invoice_id,
        billing_currency,
        sum(billed_cost) as kept_cost

    from {{ ref('fct_overlapping_charges') }}
    group by
        platform,
        billing_account_id,
        accounting_month,
        invoice_id,
        billing_currency
),

purchases as (
    select * from {{ ref('int_credit_purchases_invoiced') }}
),

-- What an overlap set keeps out is shown beside the invoice, not in what was billed.
invoice_lines as (
    select
        platform,
        billing_account_id,
        accounting_month,
        invoice_id,
        billing_currency,
        charge_category,
        billed_cost,
        0 as overlapping_cost,
        1 as billed_count

    from charges

    union all

    select
        platform,
        billing_account_id,
        accounting_month,
        invoice_id,
        billing_currency,
        'kept' as charge_category,
        0 as billed_cost,
        kept_cost as overlapping_cost,
        0 as billed_count

    from overlapping_invoices
),

billed_invoices as (
    select
        platform,
        billing_account_id,
        accounting_month,
        invoice_id,
        billing_currency,
        sum(billed_cost) as billed_cost,
        sum(case when charge_category = 'Tax' then billed_cost else 0 end) as tax_cost,
        sum(overlapping_cost) as overlapping_cost,
        max(billed_count) = 1 as is_billed

    from invoice_lines
    group by
        platform,
        billing_account_id,
        accounting_month,
        invoice_id,
        billing_currency
),

-- What is carried for an invoice: its month's entries and, once that is closed, what was adjusted for it later.
carried as (
    select
        platform,
        billing_account_id,
        accounting_month,
        invoice_id,
        billing_currency,
        coalesce(billing_mode, 'unallocated') as carried_as,
        billed_cost,
        effective_cost,
        reporting_cost

    from ledger

    union all

    select
        platform,
        billing_account_id,
        original_month as accounting_month,
        invoice_id,
        billing_currency,
        coalesce(billing_mode, 'unallocated') as carried_as,
        billed_cost,
        effective_cost,
        reporting_cost

    from adjustments
),

ledger_invoices as (
    select
        platform,
        billing_account_id,
        accounting_month,
        invoice_id,
        billing_currency,
        {% for mode in modes %}
        sum(case when carried_as = '{{ mode }}' then effective_cost else 0 end) as {{ mode }}_cost,
        sum(case when carried_as = '{{ mode }}' then reporting_cost else 0 end) as {{ mode }}_reporting_cost,
        {% endfor %}
        sum(billed_cost) as ledger_cost,
        sum(effective_cost) as effective_cost,
        sum(reporting_cost) as reporting_cost

    from carried
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
        coalesce(billed_invoices.is_billed, false) as is_billed,
        billed_invoices.overlapping_cost is not null and not billed_invoices.is_billed as is_on_another_bill,
        coalesce(billed_invoices.billed_cost, 0) as billed_cost,
        coalesce(billed_invoices.tax_cost, 0) as tax_cost,
        coalesce(billed_invoices.overlapping_cost, 0) as overlapping_cost,
        coalesce(prepaid_costs.prepaid_cost, 0) as prepaid_cost,
        coalesce(billed_invoices.billed_cost, 0) - coalesce(billed_invoices.tax_cost, 0)
        - coalesce(prepaid_costs.prepaid_cost, 0) as invoiceable_cost,
        coalesce(ledger_invoices.ledger_cost, 0) as ledger_cost,
        {% for mode in modes %}
        coalesce(ledger_invoices.{{ mode }}_cost, 0) as {{ mode }}_cost,
        coalesce(ledger_invoices.{{ mode }}_reporting_cost, 0) as {{ mode }}_reporting_cost,
        {% endfor %}
        coalesce(ledger_invoices.effective_cost, 0) as effective_cost,
        coalesce(ledger_invoices.reporting_cost, 0) as reporting_cost,
        exchange_rates.reporting_currency,
        exchange_rates.exchange_rate,
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
    left join exchange_rates
        on distinct_keys.accounting_month = exchange_rates.accounting_month
            and distinct_keys.billing_currency = exchange_rates.billing_currency
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
            when invoice_amount is null and is_on_another_bill then 'on another bill'
            when invoice_amount is null then 'no invoice registered'
            when not is_billed and not is_on_another_bill then 'no charges landed'
            when invoice_amount = cast(invoiceable_cost as decimal(38, 2)) then 'agrees'
            else 'differs'
        end as status,
        invoice_amount,
        billed_cost,
        tax_cost,
        overlapping_cost,
        prepaid_cost,
        0 as purchased_amount,
        ledger_cost,
        case
            when invoice_amount is not null or prepaid_cost <> 0 then coalesce(invoice_amount, 0) - invoiceable_cost
        end as difference,
        {% for mode in modes %}
        {{ mode }}_cost,
        {{ mode }}_reporting_cost,
        {% endfor %}
        effective_cost,
        reporting_cost,
        reporting_currency,
        exchange_rate,
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
        0 as overlapping_cost,
        0 as prepaid_cost,
        coalesce(purchased_amount, 0) as purchased_amount,
        0 as ledger_cost,
        invoice_amount - coalesce(purchased_amount, 0) as difference,
        {% for mode in modes %}
        0 as {{ mode }}_cost,
        0 as {{ mode }}_reporting_cost,
        {% endfor %}
        0 as effective_cost,
        0 as reporting_cost,
        cast(null as {{ dbt.type_string() }}) as reporting_currency,
        cast(null as decimal(14, 8)) as exchange_rate,
        accounting_month

    from purchases
),

reconciled as (
    select
        both_kinds.reconciliation_id,
        both_kinds.platform as provider,
        both_kinds.billing_account_id,
        both_kinds.invoice_id,
        both_kinds.billing_currency,
        both_kinds.invoice_kind,
        both_kinds.status,
        cast(both_kinds.invoice_amount as {{ column_type('money') }}) as invoice_amount,
        cast(both_kinds.billed_cost as {{ column_type('money') }}) as billed_cost,
        cast(both_kinds.tax_cost as {{ column_type('money') }}) as tax_cost,
        cast(both_kinds.overlapping_cost as {{ column_type('money') }}) as overlapping_cost,
        cast(both_kinds.prepaid_cost as {{ column_type('money') }}) as prepaid_cost,
        cast(both_kinds.purchased_amount as {{ column_type('money') }}) as purchased_amount,
        cast(both_kinds.ledger_cost as {{ column_type('money') }}) as ledger_cost,
        cast(both_kinds.difference as {{ column_type('money') }}) as difference,
        {% for mode in modes %}
        cast(both_kinds.{{ mode }}_cost as {{ column_type('money') }}) as {{ mode }}_cost,
        {% endfor %}
        cast(both_kinds.effective_cost - both_kinds.ledger_cost as {{ column_type('money') }}) as amortisation,
        both_kinds.reporting_currency,
        both_kinds.exchange_rate,
        {% for mode in modes %}
        cast(both_kinds.{{ mode }}_reporting_cost as {{ column_type('money') }}) as {{ mode }}_reporting_cost,
        {% endfor %}
        cast(both_kinds.reporting_cost as {{ column_type('money') }}) as reporting_cost,
        -- Each charge is rounded once when it is converted; their sum is not the converted sum.
        cast(
            both_kinds.reporting_cost
            - cast(
                cast(both_kinds.effective_cost as decimal(24, 10)) * coalesce(both_kinds.exchange_rate, 0)
                as {{ column_type('money') }}
            ) as {{ column_type('money') }}
        ) as exchange_rounding,
        both_kinds.accounting_month,
        periods.period_status

    from usage_and_purchases as both_kinds
    left join periods
        on both_kinds.accounting_month = periods.accounting_month
)

select * from reconciled
