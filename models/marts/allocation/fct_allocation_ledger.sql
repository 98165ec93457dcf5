{% set columns = ledger_columns() | map('first') | list %}

with

entries as (
    select * from {{ ref('int_allocations_unioned') }}
    where onward_pool_id is null
),

suggestions as (
    select * from {{ ref('int_unallocated_suggestions') }}
),

disputed_entries as (
    select * from {{ ref('int_disputed_entries') }}
),

posted as (
    select * from {{ ref('stg_closes__ledger') }}
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

computed as (
    select
        entries.allocation_id,
        entries.charge_group_id,
        entries.pool_id,
        entries.platform,
        entries.billing_account_id,
        entries.invoice_id,
        entries.feature,
        entries.cost_centre_code,
        entries.use_case_id,
        entries.use_case_stage,
        entries.environment,
        entries.model,
        entries.workflow_id,
        entries.identity_type,
        entries.identity_id,
        entries.owner_rung,
        entries.rule_id,
        entries.rule_version,
        entries.method,
        entries.fallback_method,
        entries.driver,
        entries.funding,
        entries.billing_mode,
        entries.unallocated_reason,
        case
            when entries.unallocated_reason = 'zero_driver'
                then 'No driver for this pool: load its usage, or give rule ' || entries.rule_id || ' a fallback_method'
            when entries.unallocated_reason = 'no_rule'
                then 'No rule matches: add one to allocation_rules.csv that takes this charge'
            when entries.unallocated_reason = 'no_identity'
                then 'Nothing on the charge can be owned: add a rule for it, or tag it at the source'
            when entries.unallocated_reason = 'sandbox_over_cap'
                then 'Over the sandbox cap: raise the cap, or move the use case to its next stage'
            when entries.unallocated_reason = 'sandbox_expired'
                then 'The sandbox has expired: decide its next stage in use_case_stages.csv'
            when entries.unallocated_reason is not null
                then suggestions.suggestion
        end as suggestion,
        entries.allocation_path,
        entries.billing_currency,
        entries.reporting_currency,
        entries.tier,
        entries.driver_numerator,
        entries.driver_denominator,
        entries.share,
        entries.billed_cost,
        entries.effective_cost,
        entries.reporting_cost,
        entries.accounting_month,
        entries.charge_date

    from entries
    left join suggestions
        on entries.platform = suggestions.platform
            and entries.identity_type = suggestions.identity_type
            and entries.identity_id = suggestions.identity_id
            and entries.unallocated_reason = suggestions.unallocated_reason
),

-- A closed month shows what was posted, whatever the registers and the vendors say now.
shown as (
    select
        {% for column in columns %}
        computed.{{ column }},
        {% endfor %}
        periods.period_status

    from computed
    left join periods
        on computed.accounting_month = periods.accounting_month
    where coalesce(periods.period_status, 'open') <> 'closed'

    union all

    select
        {% for column in columns %}
        posted.{{ column }},
        {% endfor %}
        'closed' as period_status

    from posted
),

ledger as (
    select
        {% for column in columns %}
        shown.{{ column }},
        {% endfor %}
        disputed_entries.allocation_id is not null as is_disputed,
        shown.period_status

    from shown
    left join disputed_entries
        on shown.allocation_id = disputed_entries.allocation_id
)

select * from ledger
