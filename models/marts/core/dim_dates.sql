with

seen_days as (
    select charge_date as seen_date from {{ ref('int_charge_groups') }}
    union all
    select accounting_month as seen_date from {{ ref('int_charge_groups') }}
    union all
    select usage_date as seen_date from {{ ref('int_usage_aggregated_to_day') }}
),

-- Whole months, from the first to the last that the data knows: the calendar depends on no clock.
bounds as (
    select
        {{ month_start('min(seen_date)') }} as first_date,
        cast({{ add_days(month_start(add_months(month_start('max(seen_date)'), 1)), -1) }} as date) as last_date

    from seen_days
),

days as (
    {{ explode_days('bounds', 'first_date', 'last_date') }}
),

fiscal_years as (
    select
        cast(value as {{ dbt.type_int() }}) as start_month,
        valid_from,
        valid_to

    from {{ ref('stg_registers__policy') }}
    where setting = 'fiscal_year_start_month'
),

numbered as (
    select
        days.calendar_date,
        {{ month_start('days.calendar_date') }} as calendar_month,
        cast(date_trunc('week', days.calendar_date) as date) as week_start_date,
        cast(extract(year from days.calendar_date) as {{ dbt.type_int() }}) as calendar_year,
        cast(extract(quarter from days.calendar_date) as {{ dbt.type_int() }}) as calendar_quarter,
        cast(extract(month from days.calendar_date) as {{ dbt.type_int() }}) as month_of_year,
        cast(extract(day from days.calendar_date) as {{ dbt.type_int() }}) as day_of_month,
        coalesce(fiscal_years.start_month, 1) as fiscal_start_month

    from days
    left join fiscal_years
        on cast(days.calendar_date as {{ dbt.type_timestamp() }}) >= fiscal_years.valid_from
            and cast(days.calendar_date as {{ dbt.type_timestamp() }}) < fiscal_years.valid_to
),

dates as (
    select
        calendar_date,
        calendar_month,
        week_start_date,
        calendar_year,
        calendar_quarter,
        month_of_year,
        day_of_month,
        cast({{ dbt.datediff('week_start_date', 'calendar_date', 'day') }} + 1 as {{ dbt.type_int() }}) as day_of_week,
        cast(
            case when month_of_year >= fiscal_start_month then calendar_year else calendar_year - 1 end
            as {{ dbt.type_int() }}
        ) as fiscal_year_started,
        cast(
            case
                when month_of_year >= fiscal_start_month then month_of_year - fiscal_start_month
                else month_of_year - fiscal_start_month + 12
            end + 1
            as {{ dbt.type_int() }}
        ) as fiscal_period,
        {{ dbt.datediff('week_start_date', 'calendar_date', 'day') }} >= 5 as is_weekend

    from numbered
)

select * from dates
