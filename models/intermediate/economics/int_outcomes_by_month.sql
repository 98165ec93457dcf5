with

landed as (
    select * from {{ ref('stg_outcomes__monthly') }}
    union all
    select * from {{ ref('stg_outcomes__daily') }}
),

registered as (
    select * from {{ ref('stg_registers__outcomes') }}
),

-- A month's minutes and score are those of all its outcomes, so each row weighs by how many it reached. What one row
-- leaves out is not known of the month; what no outcome bears, a row of none may leave out.
landed_months as (
    select
        use_case_id,
        {{ complete_sum('outcome_count', 'whole') }} as outcome_count,
        {{ complete_sum('accepted_outcome_count', 'whole') }} as accepted_outcome_count,
        {% for measure in ['human_minutes_per_outcome', 'handling_minutes_per_outcome', 'quality_score'] %}
        {{ complete_sum(outcome_total(measure), 'money') }} as total_{{ measure }},
        {% endfor %}
        {{ complete_sum('outcome_value', 'money') }} as outcome_value,
        outcome_month

    from landed
    group by
        use_case_id,
        outcome_month
),

registered_months as (
    select
        use_case_id,
        outcome_count,
        accepted_outcome_count,
        {% for measure in ['human_minutes_per_outcome', 'handling_minutes_per_outcome', 'quality_score'] %}
        {{ outcome_total(measure) }} as total_{{ measure }},
        {% endfor %}
        outcome_value,
        outcome_month

    from registered
),

-- What a system counted beats what somebody wrote down.
sources_ranked as (
    select
        'landed' as outcome_source,
        landed_months.*,
        registered_months.outcome_count is not null as is_also_in_register

    from landed_months
    left join registered_months
        on landed_months.use_case_id = registered_months.use_case_id
            and landed_months.outcome_month = registered_months.outcome_month

    union all

    select
        'register' as outcome_source,
        registered_months.*,
        false as is_also_in_register

    from registered_months
    left join landed_months
        on registered_months.use_case_id = landed_months.use_case_id
            and registered_months.outcome_month = landed_months.outcome_month
    where landed_months.use_case_id is null and registered_months.outcome_count is not null
),

outcomes as (
    select
        use_case_id,
        outcome_source,
        outcome_count,
        accepted_outcome_count,
        total_human_minutes_per_outcome as human_minutes,
        total_handling_minutes_per_outcome as handling_minutes,
        total_quality_score as quality_points,
        outcome_value,
        is_also_in_register,
        outcome_month

    from sources_ranked
)

select * from outcomes
