{% set receiver = ['budget_scope', 'cost_centre_code', 'use_case_id'] %}
{% set series = hash_key(receiver + ['reporting_currency']) %}

with

budgets as (
    select * from {{ ref('int_budgets_converted') }}
),

entries as (
    select * from {{ ref('fct_allocation_ledger') }}
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

-- Of what has ended nothing more is expected; of what is too young nothing is known.
forecasts as (
    select
        case
            when forecast_level = 'use_case' then 'use case'
            when cost_centre_code is null then 'unallocated'
            else 'cost centre'
        end as budget_scope,
        cost_centre_code,
        use_case_id,
        reporting_currency,
        reporting_cost,
        forecast_month,
        trained_to_month

    from {{ ref('fct_cost_forecast') }}
    where forecast_level in ('cost_centre', 'use_case') and forecast_status in ('forecast', 'series has ended')
),

fiscal_year_starts as (
    select
        cast(value as {{ dbt.type_int() }}) as start_month,
        valid_from,
        valid_to

    from {{ ref('stg_registers__policy') }}
    where setting = 'fiscal_year_start_month'
),

-- The ledger is told twice: once by who pays, and once by use case. Each telling is a whole of its own.
told as (
    select
        case when cost_centre_code is null then 'unallocated' else 'cost centre' end as budget_scope,
        cost_centre_code,
        cast(null as {{ dbt.type_string() }}) as use_case_id,
        reporting_currency,
        reporting_cost,
        accounting_month

    from entries

    union all

    select
        'use case' as budget_scope,
        cast(null as {{ dbt.type_string() }}) as cost_centre_code,
        use_case_id,
        reporting_currency,
        reporting_cost,
        accounting_month

    from entries
    where use_case_id is not null

    union all

    select
        budgets.budget_scope,
        budgets.cost_centre_code,
        budgets.use_case_id,
        entries.reporting_currency,
        entries.reporting_cost,
        entries.accounting_month

    from budgets
    inner join entries
        on budgets.cost_centre_code = entries.cost_centre_code
            and budgets.use_case_id = entries.use_case_id
            and budgets.budget_month = entries.accounting_month
    where budgets.budget_scope = 'use case of a cost centre'
),

actuals as (
    select
        {{ receiver | join(', ') }},
        reporting_currency,
        cast(sum(reporting_cost) as {{ column_type('money') }}) as actual_cost,
        accounting_month

    from told
    group by
        {{ receiver | join(', ') }},
        reporting_currency,
        accounting_month
),

sides as (
    select
        {{ receiver | join(', ') }},
        reporting_currency,
        cast(null as {{ column_type('money') }}) as budget_amount,
        cast(0 as {{ dbt.type_int() }}) as unconverted_count,
        cast(0 as {{ dbt.type_int() }}) as budget_count,
        actual_cost,
        accounting_month

    from actuals

    union all

    select
        {{ receiver | join(', ') }},
        reporting_currency,
        budget_amount,
        case when budget_amount is null then 1 else 0 end as unconverted_count,
        1 as budget_count,
        cast(null as {{ column_type('money') }}) as actual_cost,
        budget_month as accounting_month

    from budgets
),

monthly as (
    select
        {{ receiver | join(', ') }},
        reporting_currency,
        sum(budget_count) as budget_count,
        sum(unconverted_count) as unconverted_count,
        case when sum(unconverted_count) = 0 then cast(sum(budget_amount) as {{ column_type('money') }}) end
            as budget_amount,
        cast(coalesce(sum(actual_cost), 0) as {{ column_type('money') }}) as actual_cost,
        accounting_month

    from sides
    group by
        {{ receiver | join(', ') }},
        reporting_currency,
        accounting_month
),

-- The newest month at or before this one that begins a fiscal year; January where the policy names none.
in_fiscal_years as (
    select
        monthly.*,
        {{ month_start(add_months(
            'monthly.accounting_month',
            '-cast(' ~ int_mod(
                'extract(month from monthly.accounting_month) - coalesce(fiscal_year_starts.start_month, 1) + 12', '12'
            ) ~ ' as integer)',
        )) }} as fiscal_year_start

    from monthly
    left join fiscal_year_starts
        on cast(monthly.accounting_month as timestamp) >= fiscal_year_starts.valid_from
            and cast(monthly.accounting_month as timestamp) < fiscal_year_starts.valid_to
),

keyed as (
    select
        {{ series }} as series_id,
        in_fiscal_years.*

    from in_fiscal_years
),

forecast_months as (
    select
        {{ series }} as series_id,
        reporting_cost,
        forecast_month

    from forecasts
    where forecast_month is not null
),

forecast_begins as (
    select
        {{ series }} as series_id,
        max(trained_to_month) as trained_to_month

    from forecasts
    group by {{ series }}
),

-- A year's outlook is the same in each of its months: what its settled months cost, and what is forecast of the others.
years as (
    select
        keyed.series_id,
        keyed.fiscal_year_start,
        forecast_begins.trained_to_month,
        sum(keyed.unconverted_count) as unconverted_count,
        sum(keyed.budget_count) as budget_count,
        cast(sum(keyed.budget_amount) as {{ column_type('money') }}) as budget_full_year,
        sum(case when keyed.accounting_month <= forecast_begins.trained_to_month then keyed.actual_cost else 0 end)
            as settled_cost

    from keyed
    left join forecast_begins
        on keyed.series_id = forecast_begins.series_id
    group by
        keyed.series_id,
        keyed.fiscal_year_start,
        forecast_begins.trained_to_month
),

outlooks as (
    select
        years.series_id,
        years.fiscal_year_start,
        max(years.budget_count) as budget_count,
        case when max(years.unconverted_count) = 0 then max(years.budget_full_year) end as budget_full_year,
        case when max(years.trained_to_month) is not null
            then cast(max(years.settled_cost) + coalesce(sum(forecast_months.reporting_cost), 0)
                as {{ column_type('money') }})
        end as forecast_year_end_cost

    from years
    left join forecast_months
        on years.series_id = forecast_months.series_id
            and forecast_months.forecast_month > years.trained_to_month
            and forecast_months.forecast_month >= years.fiscal_year_start
            and forecast_months.forecast_month < {{ month_start(add_months('years.fiscal_year_start', 12)) }}
    group by
        years.series_id,
        years.fiscal_year_start
),

to_date as (
    select
        keyed.*,
        cast(sum(budget_amount) over year_so_far as {{ column_type('money') }}) as budget_year_to_date,
        cast(sum(actual_cost) over year_so_far as {{ column_type('money') }}) as actual_year_to_date

    from keyed
    window year_so_far as (
        partition by {{ receiver | join(', ') }}, reporting_currency, fiscal_year_start
        order by accounting_month asc nulls last
        rows between unbounded preceding and current row
    )
),

variances as (
    select
        {{ hash_key(receiver + ['to_date.reporting_currency', 'to_date.accounting_month']) }} as budget_variance_id,
        {% for column in receiver %}
        to_date.{{ column }},
        {% endfor %}
        to_date.reporting_currency,
        case
            when to_date.budget_count = 0 then 'no budget set'
            when to_date.unconverted_count > 0 then 'no exchange rate'
            when to_date.accounting_month > as_of.as_of_date then 'not begun'
            when to_date.actual_cost > to_date.budget_amount then 'over budget'
            when coalesce(periods.period_status, 'open') = 'open'
                and as_of.as_of_date < {{ month_start(add_months('to_date.accounting_month', 1)) }}
                then 'month under way'
            when to_date.actual_cost = 0 then 'nothing spent'
            else 'within budget'
        end as budget_status,
        to_date.budget_amount,
        to_date.actual_cost,
        case
            when to_date.accounting_month <= as_of.as_of_date
                then cast(to_date.actual_cost - to_date.budget_amount as {{ column_type('money') }})
        end as variance_amount,
        case
            when to_date.accounting_month <= as_of.as_of_date
                then {{ ratio(
                    to_units('to_date.actual_cost - to_date.budget_amount'), to_units('to_date.budget_amount')
                ) }}
        end as variance_share,
        to_date.budget_year_to_date,
        to_date.actual_year_to_date,
        outlooks.budget_full_year,
        outlooks.forecast_year_end_cost,
        cast(outlooks.forecast_year_end_cost - outlooks.budget_full_year as {{ column_type('money') }})
            as forecast_variance_amount,
        case
            when outlooks.forecast_year_end_cost is null then 'no forecast'
            when outlooks.budget_count = 0 then 'no budget set'
            when outlooks.budget_full_year is null then 'no exchange rate'
            when outlooks.forecast_year_end_cost > outlooks.budget_full_year then 'will be over budget'
            else 'will be within budget'
        end as forecast_status,
        to_date.fiscal_year_start,
        to_date.accounting_month,
        coalesce(periods.period_status, 'open') as period_status

    from to_date
    cross join as_of
    left join outlooks
        on to_date.series_id = outlooks.series_id
            and to_date.fiscal_year_start = outlooks.fiscal_year_start
    left join periods
        on to_date.accounting_month = periods.accounting_month
)

select * from variances
