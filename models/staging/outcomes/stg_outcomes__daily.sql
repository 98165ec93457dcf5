with

outcomes as (
    select * from {{ source('outcomes', 'daily') }}
),

typed as (
    select
        _row_id as outcome_row_id,
        {{ trimmed('use_case_id') }} as use_case_id,
        cast(outcomes as {{ column_type('whole') }}) as outcome_count,
        cast(accepted_outcomes as {{ column_type('whole') }}) as accepted_outcome_count,
        cast(human_minutes_per_outcome as {{ column_type('money') }}) as human_minutes_per_outcome,
        cast(handling_minutes_per_outcome as {{ column_type('money') }}) as handling_minutes_per_outcome,
        cast(quality_score as {{ column_type('money') }}) as quality_score,
        cast(outcome_value as {{ column_type('money') }}) as outcome_value,
        {{ month_start('cast(day as date)') }} as outcome_month

    from outcomes
)

select * from typed
