with

periods as (
    select * from {{ ref('int_accounting_periods') }}
    where period_status <> 'closed'
),

entries as (
    select * from {{ ref('int_allocations_unioned') }}
    where billing_mode = 'chargeback' and onward_pool_id is null
),

adjustments as (
    select * from {{ ref('int_prior_period_adjustments') }}
    where billing_mode = 'chargeback'
),

cost_centres as (
    select * from {{ ref('int_cost_centres_in_month') }}
),

-- Only what is charged back is journalled; what a closed month turns out to have owed is charged where it is posted.
charged as (
    select
        'chargeback' as journal_kind,
        entries.platform,
        entries.billing_account_id,
        entries.invoice_id,
        entries.reporting_currency,
        entries.cost_centre_code,
        entries.reporting_cost,
        entries.accounting_month as original_month,
        entries.accounting_month

    from entries
    inner join periods
        on entries.accounting_month = periods.accounting_month

    union all

    select
        'adjustment' as journal_kind,
        platform,
        billing_account_id,
        invoice_id,
        reporting_currency,
        cost_centre_code,
        reporting_cost,
        original_month,
        accounting_month

    from adjustments
),

amounts as (
    select
        charged.journal_kind,
        charged.platform,
        charged.billing_account_id,
        charged.invoice_id,
        charged.reporting_currency,
        cost_centres.legal_entity_code,
        charged.cost_centre_code,
        cost_centres.gl_account,
        cast(sum(charged.reporting_cost) as {{ column_type('money') }}) as exact_amount,
        charged.original_month,
        charged.accounting_month

    from charged
    left join cost_centres
        on charged.cost_centre_code = cost_centres.cost_centre_code
            and charged.accounting_month = cost_centres.accounting_month
    group by
        charged.journal_kind,
        charged.platform,
        charged.billing_account_id,
        charged.invoice_id,
        charged.reporting_currency,
        cost_centres.legal_entity_code,
        charged.cost_centre_code,
        cost_centres.gl_account,
        charged.original_month,
        charged.accounting_month
)

select * from amounts
