with

use_cases as (
    select * from {{ ref('stg_registers__use_cases') }}
),

versions as (
    select
        {{ hash_key(['use_case_id', 'valid_from']) }} as use_case_version_id,
        use_case_id,
        use_case_name,
        cost_centre_code,
        business_owner_id,
        performance_owner_id,
        usage_owner_id,
        benefiting_cost_centres,
        purpose,
        data_classification,
        outcome_unit,
        currency,
        baseline_cost_per_outcome,
        value_per_outcome,
        expected_monthly_cost,
        baseline_outcomes_per_month,
        baseline_minutes_per_outcome,
        valid_from,
        valid_to

    from use_cases
)

select * from versions
