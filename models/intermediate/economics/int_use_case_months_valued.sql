with

use_case_months as (
    select * from {{ ref('int_use_case_months_priced') }}
),

outcomes as (
    select * from {{ ref('int_outcomes_by_month') }}
),

achieved as (
    select
        use_case_months.*,
        outcomes.outcome_source,
        outcomes.outcome_count,
        outcomes.accepted_outcome_count,
        outcomes.human_minutes,
        outcomes.handling_minutes,
        outcomes.quality_points,
        outcomes.outcome_value as stated_value,
        coalesce(outcomes.is_also_in_register, false) as is_also_in_register,
        use_case_months.reporting_cost = 0
        and use_case_months.token_count = 0
        and use_case_months.request_count = 0 as is_unused,
        cast(
            cast(outcomes.accepted_outcome_count as decimal(12, 0))
            * cast(use_case_months.baseline_minutes_per_outcome as decimal(22, 10)) as {{ column_type('money') }}
        ) as accepted_baseline_minutes,
        cast(
            cast(outcomes.accepted_outcome_count as decimal(12, 0))
            * cast(use_case_months.baseline_cost_per_outcome as decimal(22, 10)) as {{ column_type('money') }}
        ) as accepted_baseline_amount,
        cast(
            cast(outcomes.accepted_outcome_count as decimal(12, 0))
            * cast(use_case_months.value_per_outcome as decimal(22, 10)) as {{ column_type('money') }}
        ) as accepted_value_amount

    from use_case_months
    left join outcomes
        on use_case_months.use_case_id = outcomes.use_case_id
            and use_case_months.accounting_month = outcomes.outcome_month
),

-- Each an amount in the reporting currency, from products, rounded once. A stated baseline cost beats priced minutes.
valued as (
    select
        achieved.*,
        {{ minutes_cost('human_minutes', 'human_cost_per_hour') }} as human_cost,
        case
            when baseline_cost_per_outcome is not null
                then {{ at_exchange_rate('baseline_cost_per_outcome', 'exchange_rate') }}
            else {{ minutes_cost('baseline_minutes_per_outcome', 'human_cost_per_hour') }}
        end as baseline_unit_cost,
        case
            when baseline_cost_per_outcome is not null
                then {{ at_exchange_rate('accepted_baseline_amount', 'exchange_rate') }}
            else {{ minutes_cost('accepted_baseline_minutes', 'human_cost_per_hour') }}
        end as baseline_cost,
        coalesce(stated_value, {{ at_exchange_rate('accepted_value_amount', 'exchange_rate') }}) as outcome_value,
        {{ at_exchange_rate('expected_monthly_cost', 'exchange_rate') }} as expected_cost

    from achieved
),

judged as (
    select
        valued.*,
        case
            when outcome_count is null and is_unused then 'not in use'
            when outcome_count is null and outcome_unit is null then 'no outcome declared'
            when outcome_count is null then 'outcome missing'
            when is_unused then 'cost missing'
            when outcome_count = 0 or accepted_outcome_count = 0 then 'no signal'
            when accepted_outcome_count is null then 'acceptance missing'
            else 'measured'
        end as outcome_status

    from valued
),

-- Outcomes that nothing was spent on have their cost elsewhere, and minutes that nobody can price leave it unknown;
-- minutes that nobody states cost nothing.
fully_costed as (
    select
        judged.*,
        case
            when outcome_status = 'cost missing' then null
            when coalesce(human_minutes, 0) = 0 then reporting_cost
            else cast(reporting_cost + human_cost as {{ column_type('money') }})
        end as full_cost

    from judged
),

compared as (
    select
        fully_costed.*,
        cast(baseline_cost - full_cost as {{ column_type('money') }}) as saving,
        cast(accepted_baseline_minutes - human_minutes as {{ column_type('money') }}) as minutes_saved,
        case
            when baseline_unit_cost is not null and baseline_cost_per_outcome is not null then 'stated cost'
            when baseline_unit_cost is not null then 'priced minutes'
            when baseline_cost_per_outcome is not null then 'no exchange rate'
            when baseline_minutes_per_outcome is not null then 'no price of an hour'
            else 'no baseline'
        end as baseline_status,
        case
            when outcome_count is null then 'no outcomes'
            when human_minutes is null then 'no minutes stated'
            when human_cost is null then 'no price of an hour'
            else 'priced'
        end as human_cost_status

    from fully_costed
)

select * from compared
