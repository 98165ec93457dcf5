{{ config(materialized='table') }}

with

judged as (
    select * from {{ ref('int_daily_costs_judged') }}
),

known_events as (
    select * from {{ ref('stg_registers__known_events') }}
),

flagged as (
    select
        judged.*,
        case when excess_cost > 0 then 'up' else 'down' end as direction

    from judged
    where abs(excess_cost) > threshold_cost and not is_monthly
),

with_previous as (
    select
        flagged.*,
        lag(calendar_date) over (
            partition by series_id, direction order by calendar_date asc nulls last
        ) as previous_date

    from flagged
),

explained as (
    select
        with_previous.series_id,
        with_previous.calendar_date,
        min(known_events.reason) as known_event

    from with_previous
    inner join known_events
        on coalesce(known_events.platform, with_previous.platform) = with_previous.platform
            and coalesce(known_events.cost_centre_code, with_previous.cost_centre_code, '')
            = coalesce(with_previous.cost_centre_code, '')
            and cast(with_previous.calendar_date as timestamp) >= known_events.valid_from
            and cast(with_previous.calendar_date as timestamp) < known_events.valid_to
    group by
        with_previous.series_id,
        with_previous.calendar_date
),

days as (
    select
        {{ hash_key(['with_previous.series_id', 'with_previous.calendar_date']) }} as anomaly_id,
        with_previous.series_id,
        with_previous.platform,
        with_previous.cost_centre_code,
        with_previous.reporting_currency,
        with_previous.direction,
        case
            when abs(with_previous.excess_cost) >= 250
                and abs(with_previous.excess_cost) >= 2 * abs(with_previous.baseline_cost)
                then 'high'
            when abs(with_previous.excess_cost) >= 100 then 'medium'
            else 'low'
        end as severity,
        explained.known_event,
        with_previous.daily_cost,
        with_previous.baseline_cost,
        with_previous.excess_cost,
        with_previous.threshold_cost,
        with_previous.baseline_day_count,
        -- An excess that goes on is told of once; a week of quiet ends it.
        coalesce(
            with_previous.calendar_date > cast({{ add_days('with_previous.previous_date', 7) }} as date), true
        ) as is_first_day,
        with_previous.calendar_date

    from with_previous
    left join explained
        on with_previous.series_id = explained.series_id
            and with_previous.calendar_date = explained.calendar_date
)

select * from days
