with

entries as (
    select * from {{ ref('fct_allocation_ledger') }}
    where use_case_id is not null
),

shown_usage as (
    select * from {{ ref('fct_showback_monthly') }}
    where use_case_id is not null
),

outcomes as (
    select * from {{ ref('int_outcomes_by_month') }}
),

use_cases as (
    select * from {{ ref('stg_registers__use_cases') }}
),

stages as (
    select * from {{ ref('stg_registers__use_case_stages') }}
),

months as (
    select
        periods.accounting_month,
        {{ month_start(add_months('periods.accounting_month', 1)) }} as next_month

    from {{ ref('int_accounting_periods') }} as periods
    inner join {{ ref('int_as_of_date') }} as as_of
        on periods.accounting_month <= as_of.as_of_date
),

staged_use_cases as (
    select use_case_id

    from stages
    group by use_case_id
),

-- A use case is expected in a month in which the register knows it and, where it has stages, one is in force that is
-- not `retired`.
expected as (
    select
        use_cases.use_case_id,
        months.accounting_month

    from months
    inner join use_cases
        on use_cases.valid_from < months.next_month and use_cases.valid_to > months.accounting_month
    left join staged_use_cases
        on use_cases.use_case_id = staged_use_cases.use_case_id
    left join stages
        on use_cases.use_case_id = stages.use_case_id
            and stages.stage <> 'retired'
            and stages.valid_from < months.next_month
            and stages.valid_to > months.accounting_month
    where staged_use_cases.use_case_id is null or stages.use_case_id is not null
),

-- Months in which nothing was spent are told of too, where somebody reports an outcome or one is expected.
speaking as (
    select
        use_case_id,
        outcome_month as accounting_month

    from outcomes

    union all

    select
        use_case_id,
        accounting_month

    from expected
),

counted as (
    select
        use_case_id,
        reporting_cost,
        cast(0 as {{ column_type('whole') }}) as token_count,
        cast(0 as {{ column_type('whole') }}) as request_count,
        accounting_month

    from entries

    union all

    select
        use_case_id,
        cast(0 as {{ column_type('money') }}) as reporting_cost,
        token_count,
        request_count,
        accounting_month

    from shown_usage

    union all

    select
        use_case_id,
        cast(0 as {{ column_type('money') }}) as reporting_cost,
        cast(0 as {{ column_type('whole') }}) as token_count,
        cast(0 as {{ column_type('whole') }}) as request_count,
        accounting_month

    from speaking
),

use_case_months as (
    select
        use_case_id,
        cast(sum(reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        cast(sum(token_count) as {{ column_type('whole') }}) as token_count,
        cast(sum(request_count) as {{ column_type('whole') }}) as request_count,
        accounting_month

    from counted
    group by
        use_case_id,
        accounting_month
)

select * from use_case_months
