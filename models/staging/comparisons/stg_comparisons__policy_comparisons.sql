with

policy_comparisons as (
    select * from {{ source('comparisons', 'policy_comparisons') }}
),

typed as (
    select
        comparison_id,
        cost_centre_code,
        cost_centre_name,
        unallocated_reason,
        platforms,
        moved_by,
        candidate_registers,
        reporting_currency,
        cast(current_reporting_cost as {{ column_type('money') }}) as current_reporting_cost,
        cast(candidate_reporting_cost as {{ column_type('money') }}) as candidate_reporting_cost,
        cast(current_chargeback_cost as {{ column_type('money') }}) as current_chargeback_cost,
        cast(candidate_chargeback_cost as {{ column_type('money') }}) as candidate_chargeback_cost,
        cast(current_showback_cost as {{ column_type('money') }}) as current_showback_cost,
        cast(candidate_showback_cost as {{ column_type('money') }}) as candidate_showback_cost,
        cast(current_central_cost as {{ column_type('money') }}) as current_central_cost,
        cast(candidate_central_cost as {{ column_type('money') }}) as candidate_central_cost,
        cast(accounting_month as date) as accounting_month

    from policy_comparisons
)

select * from typed
