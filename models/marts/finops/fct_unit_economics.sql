with

use_case_months as (
    select * from {{ ref('int_use_case_months_valued') }}
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

cost_centres as (
    select * from {{ ref('int_cost_centres_in_month') }}
),

measured as (
    select
        use_case_months.*,
        case when outcome_status <> 'cost missing'
            then {{ cost_per_outcome('reporting_cost', 'outcome_count') }}
        end as cost_per_outcome,
        case when outcome_status <> 'cost missing'
            then {{ cost_per_outcome('reporting_cost', 'accepted_outcome_count') }}
        end as cost_per_accepted_outcome,
        {{ cost_per_outcome('full_cost', 'accepted_outcome_count') }} as full_cost_per_accepted_outcome,
        {{ cost_per_outcome('handling_minutes', 'outcome_count') }} as handling_minutes_per_outcome,
        {{ cost_per_outcome('quality_points', 'outcome_count') }} as quality_score,
        {{ ratio('accepted_outcome_count', 'outcome_count') }} as accepted_share,
        -- A return on less than a penny tells nothing.
        case when full_cost >= 0.01
            then {{ ratio(to_units('outcome_value - full_cost'), to_units('full_cost')) }}
        end as return_ratio,
        case
            when baseline_unit_cost > 0 and full_cost <= 0 then 0
            when baseline_unit_cost > 0
                then {{ int_div(
                    to_units('full_cost') ~ ' + ' ~ to_units('baseline_unit_cost') ~ ' - 1',
                    to_units('baseline_unit_cost'),
                ) }}
        end as break_even_outcome_count

    from use_case_months
),

trended as (
    select
        measured.*,
        previous.accepted_outcome_count as previous_accepted_outcome_count,
        previous.full_cost_per_accepted_outcome as previous_full_cost_per_accepted_outcome,
        cast(
            measured.accepted_outcome_count - previous.accepted_outcome_count as {{ column_type('whole') }}
        ) as accepted_outcome_change,
        cast(
            measured.full_cost_per_accepted_outcome - previous.full_cost_per_accepted_outcome
            as {{ column_type('money') }}
        ) as full_cost_per_accepted_outcome_change

    from measured
    left join measured as previous
        on measured.use_case_id = previous.use_case_id
            and measured.reporting_currency = previous.reporting_currency
            and measured.accounting_month = {{ month_start(add_months('previous.accounting_month', 1)) }}
),

economics as (
    select
        {{ hash_key(['trended.use_case_id', 'trended.accounting_month']) }} as unit_economics_id,
        trended.use_case_id,
        trended.use_case_name,
        trended.cost_centre_code,
        cost_centres.department_code,
        trended.outcome_unit,
        trended.outcome_source,
        trended.outcome_status,
        trended.baseline_status,
        trended.human_cost_status,
        case
            when trended.baseline_outcomes_per_month is null then 'no baseline'
            when trended.accepted_outcome_count is null then trended.outcome_status
            when trended.accepted_outcome_count > trended.baseline_outcomes_per_month then 'risen'
            when trended.accepted_outcome_count < trended.baseline_outcomes_per_month then 'fallen'
            else 'unchanged'
        end as volume_against_baseline,
        case
            when trended.baseline_unit_cost is null then 'no baseline'
            when trended.outcome_status <> 'measured' then trended.outcome_status
            when trended.full_cost is null then trended.human_cost_status
            when trended.saving < 0 then 'risen'
            when trended.saving > 0 then 'fallen'
            else 'unchanged'
        end as unit_cost_against_baseline,
        case
            when trended.accepted_outcome_change is null then 'no signal'
            when trended.accepted_outcome_change > 0 then 'rising'
            when trended.accepted_outcome_change < 0 then 'falling'
            else 'steady'
        end as volume_trend,
        case
            when trended.full_cost_per_accepted_outcome_change is null then 'no signal'
            when trended.full_cost_per_accepted_outcome_change > 0 then 'rising'
            when trended.full_cost_per_accepted_outcome_change < 0 then 'falling'
            else 'steady'
        end as unit_cost_trend,
        trended.reporting_currency,
        trended.outcome_count,
        trended.accepted_outcome_count,
        trended.accepted_share,
        trended.baseline_outcomes_per_month,
        trended.token_count,
        trended.request_count,
        trended.reporting_cost,
        trended.human_minutes,
        trended.human_cost,
        trended.full_cost,
        trended.baseline_cost,
        trended.saving,
        trended.minutes_saved,
        trended.outcome_value,
        trended.expected_cost,
        trended.cost_per_outcome,
        trended.cost_per_accepted_outcome,
        trended.full_cost_per_accepted_outcome,
        trended.baseline_unit_cost,
        trended.return_ratio,
        trended.break_even_outcome_count,
        trended.handling_minutes_per_outcome,
        trended.quality_score,
        trended.previous_accepted_outcome_count,
        trended.accepted_outcome_change,
        trended.previous_full_cost_per_accepted_outcome,
        trended.full_cost_per_accepted_outcome_change,
        trended.is_registered,
        trended.is_also_in_register,
        trended.accounting_month,
        periods.period_status

    from trended
    left join periods
        on trended.accounting_month = periods.accounting_month
    left join cost_centres
        on trended.cost_centre_code = cost_centres.cost_centre_code
            and trended.accounting_month = cost_centres.accounting_month
)

select * from economics
