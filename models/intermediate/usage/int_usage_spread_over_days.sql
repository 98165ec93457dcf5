with

usage_rows as (
    select * from {{ ref('int_usage_unioned') }}
),

-- A seat is held on each day that its period touches; all other usage stands at its start.
seat_periods as (
    select
        usage_rows.*,
        cast(period_start as date) as first_date,
        case
            when period_end is null or period_end <= period_start then cast(period_start as date)
            when period_end = cast(cast(period_end as date) as timestamp)
                then cast({{ add_days('period_end', -1) }} as date)
            else cast(period_end as date)
        end as last_date

    from usage_rows
    where metric = 'seats'
),

seat_days as (
    {{ explode_days('seat_periods', 'first_date', 'last_date') }}
),

spread as (
    select
        {% for name, type in usage_columns() if name not in ('period_start', 'period_end') %}
        {{ name }},
        {% endfor %}
        greatest(period_start, cast(calendar_date as timestamp)) as period_start,
        {{ add_days('calendar_date', 1) }} as period_end

    from seat_days

    union all

    select
        {% for name, type in usage_columns() if name not in ('period_start', 'period_end') %}
        {{ name }},
        {% endfor %}
        period_start,
        period_end

    from usage_rows
    where metric <> 'seats'
)

select * from spread
