{% set series = ['department_code', 'cost_centre_code', 'platform', 'use_case_id', 'reporting_currency'] %}

with

days as (
    select * from {{ ref('fct_showback_daily') }}
),

dates as (
    select
        calendar_date,
        week_start_date

    from {{ ref('dim_dates') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

weekly as (
    select
        {{ hash_key(series) }} as series_id,
        {% for column in series %}
        days.{{ column }},
        {% endfor %}
        cast(sum(days.reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        cast(sum(days.usage_spread_cost) as {{ column_type('money') }}) as usage_spread_cost,
        cast(sum(days.evenly_spread_cost) as {{ column_type('money') }}) as evenly_spread_cost,
        cast(sum(days.token_count) as {{ column_type('whole') }}) as token_count,
        cast(sum(days.request_count) as {{ column_type('whole') }}) as request_count,
        dates.week_start_date,
        -- The least final of the months that the week touches.
        case
            when count(case when days.period_status = 'open' then 1 end) > 0 then 'open'
            when count(case when days.period_status = 'provisional' then 1 end) > 0 then 'provisional'
            else 'closed'
        end as period_status

    from days
    left join dates
        on days.calendar_date = dates.calendar_date
    group by
        {% for column in series %}
        days.{{ column }},
        {% endfor %}
        dates.week_start_date
),

showback as (
    select
        {{ hash_key(['weekly.series_id', 'weekly.week_start_date']) }} as weekly_showback_id,
        {% for column in series %}
        weekly.{{ column }},
        {% endfor %}
        weekly.reporting_cost,
        weekly.usage_spread_cost,
        weekly.evenly_spread_cost,
        previous.reporting_cost as previous_week_reporting_cost,
        cast(weekly.reporting_cost - coalesce(previous.reporting_cost, 0) as {{ column_type('money') }})
            as week_on_week_change,
        weekly.token_count,
        weekly.request_count,
        cast({{ add_days('weekly.week_start_date', 6) }} as date) <= as_of.as_of_date as is_complete,
        weekly.week_start_date,
        cast({{ add_days('weekly.week_start_date', 6) }} as date) as week_end_date,
        weekly.period_status

    from weekly
    left join weekly as previous
        on weekly.series_id = previous.series_id
            and weekly.week_start_date = cast({{ add_days('previous.week_start_date', 7) }} as date)
    cross join as_of
)

select * from showback
