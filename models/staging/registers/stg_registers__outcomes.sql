with

outcomes as (
    select * from {{ ref('outcomes') }}
),

typed as (
    select
        {{ trimmed('use_case_id') }} as use_case_id,
        cast({{ trimmed('outcomes') }} as {{ column_type('whole') }}) as outcome_count,
        cast({{ trimmed('accepted_outcomes') }} as {{ column_type('whole') }}) as accepted_outcome_count,
        cast({{ trimmed('human_minutes_per_outcome') }} as {{ column_type('money') }}) as human_minutes_per_outcome,
        cast({{ register_column(ref('outcomes'), 'handling_minutes_per_outcome') }} as {{ column_type('money') }}) as handling_minutes_per_outcome,
        cast({{ register_column(ref('outcomes'), 'quality_score') }} as {{ column_type('money') }}) as quality_score,
        cast({{ register_column(ref('outcomes'), 'outcome_value') }} as {{ column_type('money') }}) as outcome_value,
        cast({{ trimmed('month') }} || '-01' as date) as outcome_month

    from outcomes
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where use_case_id is not null
)

select * from stated
