with

policy_comparisons as (
    select * from {{ ref('stg_comparisons__policy_comparisons') }}
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

compared as (
    select
        {{ hash_key(['comparison_id', 'policy_comparisons.accounting_month', 'cost_centre_code', 'unallocated_reason']) }}
            as policy_comparison_id,
        comparison_id,
        cost_centre_code,
        cost_centre_name,
        unallocated_reason,
        platforms,
        moved_by,
        candidate_registers,
        reporting_currency,
        current_reporting_cost,
        candidate_reporting_cost,
        cast(candidate_reporting_cost - current_reporting_cost as {{ column_type('money') }}) as reporting_cost_change,
        current_chargeback_cost,
        candidate_chargeback_cost,
        current_showback_cost,
        candidate_showback_cost,
        current_central_cost,
        candidate_central_cost,
        policy_comparisons.accounting_month,
        periods.period_status

    from policy_comparisons
    left join periods
        on policy_comparisons.accounting_month = periods.accounting_month
)

select * from compared
