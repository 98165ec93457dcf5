with

use_cases as (
    select * from {{ ref('int_use_cases_by_month') }}
),

months as (
    select * from {{ ref('int_judged_months') }}
),

rates as (
    select * from {{ ref('stg_registers__fx_rates') }}
),

outcomes as (
    select * from {{ ref('int_outcomes_by_month') }}
),

tolerances as (
    select
        cast(value as decimal(11, 6)) as tolerance,
        valid_from,
        valid_to

    from {{ ref('stg_registers__policy') }}
    where setting = 'expected_cost_tolerance'
),

converted as (
    select
        use_cases.use_case_id,
        use_cases.outcome_unit,
        use_cases.reporting_cost,
        use_cases.accounting_month,
        months.has_ended,
        use_cases.expected_monthly_cost is not null as has_expectation,
        case
            when coalesce(use_cases.expected_currency, months.reporting_currency) = months.reporting_currency
                then use_cases.expected_monthly_cost
            else cast(cast(use_cases.expected_monthly_cost as decimal(24, 10)) * rates.rate as {{ column_type('money') }})
        end as expected_cost,
        coalesce(tolerances.tolerance, cast(0 as decimal(11, 6))) as tolerance

    from use_cases
    inner join months
        on use_cases.accounting_month = months.accounting_month
    left join rates
        on use_cases.accounting_month = rates.accounting_month
            and use_cases.expected_currency = rates.from_currency
            and months.reporting_currency = rates.to_currency
    left join tolerances
        on months.month_start_at >= tolerances.valid_from
            and months.month_start_at < tolerances.valid_to
),

measured as (
    select
        converted.use_case_id,
        converted.expected_cost,
        case
            when not converted.has_expectation then 'nothing expected'
            when converted.expected_cost is null then 'no exchange rate'
            when converted.reporting_cost
                > converted.expected_cost + cast(converted.expected_cost as decimal(24, 10)) * converted.tolerance
                then 'over what was expected'
            when converted.reporting_cost = 0 then 'no cost'
            else 'within what was expected'
        end as consumption_status,
        outcomes.outcome_count,
        outcomes.accepted_outcome_count,
        case
            when outcomes.outcome_count is not null then 'reported'
            when converted.outcome_unit is null then 'not declared'
            when not converted.has_ended then 'not due yet'
            else 'not reported'
        end as outcome_status,
        converted.accounting_month

    from converted
    left join outcomes
        on converted.use_case_id = outcomes.use_case_id
            and converted.accounting_month = outcomes.outcome_month
)

select * from measured
