with

use_cases as (
    select * from {{ ref('use_cases') }}
),

typed as (
    select
        {{ trimmed('use_case_id') }} as use_case_id,
        {{ trimmed('use_case_name') }} as use_case_name,
        {{ trimmed('cost_centre_code') }} as cost_centre_code,
        {{ trimmed('business_owner_id') }} as business_owner_id,
        {{ register_column(ref('use_cases'), 'performance_owner_id') }} as performance_owner_id,
        {{ register_column(ref('use_cases'), 'usage_owner_id') }} as usage_owner_id,
        {{ register_column(ref('use_cases'), 'benefiting_cost_centres') }} as benefiting_cost_centres,
        {{ trimmed('purpose') }} as purpose,
        {{ trimmed('data_classification') }} as data_classification,
        {{ trimmed('outcome_unit') }} as outcome_unit,
        upper({{ trimmed('currency') }}) as currency,
        cast({{ trimmed('baseline_cost_per_outcome') }} as {{ column_type('money') }}) as baseline_cost_per_outcome,
        cast({{ trimmed('value_per_outcome') }} as {{ column_type('money') }}) as value_per_outcome,
        cast({{ trimmed('expected_monthly_cost') }} as {{ column_type('money') }}) as expected_monthly_cost,
        cast({{ register_column(ref('use_cases'), 'baseline_outcomes_per_month') }} as {{ column_type('money') }}) as baseline_outcomes_per_month,
        cast({{ register_column(ref('use_cases'), 'baseline_minutes_per_outcome') }} as {{ column_type('money') }}) as baseline_minutes_per_outcome,
        {{ validity(register_column(ref('use_cases'), 'valid_from'), register_column(ref('use_cases'), 'valid_to')) }}

    from use_cases
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(use_case_id, use_case_name) is not null
)

select * from stated
