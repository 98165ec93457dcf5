{% set pool_columns = [
    'pool_id', 'platform', 'billing_account_id', 'invoice_id', 'rule_id', 'rule_version', 'method', 'billing_currency',
    'reporting_currency', 'accounting_month',
] %}
{% set columns = proof_columns() | map('first') | list %}

with

charge_pools as (
    select * from {{ ref('int_pools_collected') }}
),

onward_pools as (
    select * from {{ ref('int_onward_pools') }}
),

-- Entries that a shared service passed on are parts of their pool too; the next tier's pool replaces them.
entries as (
    select * from {{ ref('int_allocations_unioned') }}
),

ledger as (
    select * from entries
    where onward_pool_id is null
),

charges as (
    select * from {{ ref('int_charges_profiled') }}
),

posted as (
    select * from {{ ref('stg_closes__proofs') }}
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

pool_entries as (
    select
        pool_id,
        max(fallback_method) as fallback_method,
        count(distinct cost_centre_code) as recipient_count,
        count(*) as entry_count,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(reporting_cost) as reporting_cost

    from entries
    where pool_id is not null
    group by pool_id
),

held as (
    select
        onward_pool_id as pool_id,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(reporting_cost) as reporting_cost

    from entries
    where onward_pool_id is not null
    group by onward_pool_id
),

pools as (
    select
        {{ pool_columns | join(', ') }},
        billed_cost,
        effective_cost,
        reporting_cost,
        1 as tier

    from charge_pools

    union all

    select
        onward_pools.{{ pool_columns | join(', onward_pools.') }},
        held.billed_cost,
        held.effective_cost,
        held.reporting_cost,
        onward_pools.tier

    from onward_pools
    inner join held
        on onward_pools.pool_id = held.pool_id
),

pool_proofs as (
    select
        {{ hash_key(["'pool'", 'pools.pool_id']) }} as proof_id,
        'pool' as proof_kind,
        pools.pool_id,
        pools.platform,
        pools.billing_account_id,
        pools.invoice_id,
        pools.rule_id,
        pools.rule_version,
        pools.method,
        pool_entries.fallback_method,
        pools.billing_currency,
        pools.reporting_currency,
        pool_entries.recipient_count as recipients,
        pool_entries.entry_count,
        pools.billed_cost as amount_in,
        pool_entries.billed_cost as amount_out,
        pools.billed_cost - coalesce(pool_entries.billed_cost, 0) as residual,
        pools.effective_cost - coalesce(pool_entries.effective_cost, 0) as effective_residual,
        pools.reporting_cost - coalesce(pool_entries.reporting_cost, 0) as reporting_residual,
        pools.tier,
        pools.accounting_month

    from pools
    left join pool_entries
        on pools.pool_id = pool_entries.pool_id
),

invoice_charges as (
    select
        platform,
        billing_account_id,
        invoice_id,
        billing_currency,
        reporting_currency,
        accounting_month,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(reporting_cost) as reporting_cost

    from charges
    group by
        platform,
        billing_account_id,
        invoice_id,
        billing_currency,
        reporting_currency,
        accounting_month
),

invoice_entries as (
    select
        platform,
        billing_account_id,
        invoice_id,
        billing_currency,
        accounting_month,
        count(distinct cost_centre_code) as recipient_count,
        count(*) as entry_count,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(reporting_cost) as reporting_cost

    from ledger
    group by
        platform,
        billing_account_id,
        invoice_id,
        billing_currency,
        accounting_month
),

invoice_proofs as (
    select
        {{ hash_key([
            "'invoice'", 'invoice_charges.platform', 'invoice_charges.billing_account_id',
            'invoice_charges.invoice_id', 'invoice_charges.billing_currency', 'invoice_charges.accounting_month',
        ]) }} as proof_id,
        'invoice' as proof_kind,
        cast(null as {{ dbt.type_string() }}) as pool_id,
        invoice_charges.platform,
        invoice_charges.billing_account_id,
        invoice_charges.invoice_id,
        cast(null as {{ dbt.type_string() }}) as rule_id,
        cast(null as {{ dbt.type_string() }}) as rule_version,
        cast(null as {{ dbt.type_string() }}) as method,
        cast(null as {{ dbt.type_string() }}) as fallback_method,
        invoice_charges.billing_currency,
        invoice_charges.reporting_currency,
        coalesce(invoice_entries.recipient_count, 0) as recipients,
        coalesce(invoice_entries.entry_count, 0) as entry_count,
        invoice_charges.billed_cost as amount_in,
        coalesce(invoice_entries.billed_cost, 0) as amount_out,
        invoice_charges.billed_cost - coalesce(invoice_entries.billed_cost, 0) as residual,
        invoice_charges.effective_cost - coalesce(invoice_entries.effective_cost, 0) as effective_residual,
        invoice_charges.reporting_cost - coalesce(invoice_entries.reporting_cost, 0) as reporting_residual,
        cast(null as {{ dbt.type_int() }}) as tier,
        invoice_charges.accounting_month

    from invoice_charges
    left join invoice_entries
        on invoice_charges.platform = invoice_entries.platform
            and invoice_charges.billing_account_id = invoice_entries.billing_account_id
            and coalesce(invoice_charges.invoice_id, '') = coalesce(invoice_entries.invoice_id, '')
            and invoice_charges.billing_currency = invoice_entries.billing_currency
            and invoice_charges.accounting_month = invoice_entries.accounting_month
),

proofs as (
    select * from pool_proofs
    union all
    select * from invoice_proofs
),

typed as (
    select
        proof_id,
        proof_kind,
        pool_id,
        platform,
        billing_account_id,
        invoice_id,
        rule_id,
        rule_version,
        method,
        fallback_method,
        'largest remainder, then larger driver, then lower code' as tie_break,
        billing_currency,
        reporting_currency,
        tier,
        cast(recipients as {{ dbt.type_bigint() }}) as recipients,
        cast(entry_count as {{ dbt.type_bigint() }}) as entry_count,
        cast(amount_in as {{ column_type('money') }}) as amount_in,
        cast(amount_out as {{ column_type('money') }}) as amount_out,
        cast(residual as {{ column_type('money') }}) as residual,
        cast(effective_residual as {{ column_type('money') }}) as effective_residual,
        cast(reporting_residual as {{ column_type('money') }}) as reporting_residual,
        accounting_month

    from proofs
),

-- A closed month's proof is the one that was made when it was closed.
proven as (
    select
        {% for column in columns %}
        typed.{{ column }},
        {% endfor %}
        periods.period_status

    from typed
    left join periods
        on typed.accounting_month = periods.accounting_month
    where coalesce(periods.period_status, 'open') <> 'closed'

    union all

    select
        {% for column in columns %}
        posted.{{ column }},
        {% endfor %}
        'closed' as period_status

    from posted
)

select * from proven
