{{ config(materialized='table') }}

{% set series = ['platform', 'cost_centre_code', 'reporting_currency'] %}
{% set weeks = 8 %}

with

days as (
    select * from {{ ref('fct_showback_daily') }}
),

-- What lies evenly over a month or stretch (seats, fees) has a level and no day of its own: it is left out.
summed as (
    select
        {{ series | join(', ') }},
        cast(sum(reporting_cost - evenly_spread_cost) as {{ column_type('money') }}) as daily_cost,
        calendar_date

    from days
    group by
        {{ series | join(', ') }},
        calendar_date
),

last_dates as (
    select
        platform,
        max(calendar_date) as last_date

    from summed
    where daily_cost <> 0
    group by platform
),

stretches as (
    select
        summed.platform,
        summed.cost_centre_code,
        summed.reporting_currency,
        min(summed.calendar_date) as first_date,
        last_dates.last_date

    from summed
    inner join last_dates
        on summed.platform = last_dates.platform
    where summed.daily_cost <> 0
    group by
        summed.platform,
        summed.cost_centre_code,
        summed.reporting_currency,
        last_dates.last_date
),

all_days as (
    {{ explode_days('stretches', 'first_date', 'last_date') }}
),

-- A day without cost is a day of cost 0.
filled as (
    select
        {{ hash_key(['all_days.' ~ series[0], 'all_days.' ~ series[1], 'all_days.' ~ series[2]]) }} as series_id,
        all_days.platform,
        all_days.cost_centre_code,
        all_days.reporting_currency,
        coalesce(summed.daily_cost, cast(0 as {{ column_type('money') }})) as daily_cost,
        all_days.calendar_date

    from all_days
    left join summed
        on all_days.platform = summed.platform
            and coalesce(all_days.cost_centre_code, '') = coalesce(summed.cost_centre_code, '')
            and all_days.reporting_currency = summed.reporting_currency
            and all_days.calendar_date = summed.calendar_date
),

offsets as (
    {% for week in range(1, weeks + 1) %}
    select {{ week * 7 }} as day_count{{ " union all" if not loop.last }}
    {% endfor %}
),

-- The same weekday of the weeks before: nothing of the day itself or after it.
compared_dates as (
    select
        filled.series_id,
        filled.daily_cost,
        filled.calendar_date,
        cast({{ add_days('filled.calendar_date', '-offsets.day_count') }} as date) as compared_date

    from filled
    cross join offsets
),

compared as (
    select
        compared_dates.series_id,
        compared_dates.calendar_date,
        compared_dates.daily_cost,
        earlier.daily_cost as earlier_cost

    from compared_dates
    inner join filled as earlier
        on compared_dates.series_id = earlier.series_id
            and compared_dates.compared_date = earlier.calendar_date
),

-- The lower one where two values are in the middle, so that a median is an amount that occurred.
ranked as (
    select
        compared.*,
        row_number() over (
            partition by series_id, calendar_date order by earlier_cost asc nulls last
        ) as cost_rank,
        count(*) over (partition by series_id, calendar_date) as day_count

    from compared
),

medians as (
    select
        series_id,
        calendar_date,
        earlier_cost as baseline_cost

    from ranked
    where 2 * cost_rank in (day_count, day_count + 1)
),

deviations as (
    select
        ranked.series_id,
        ranked.calendar_date,
        ranked.day_count,
        medians.baseline_cost,
        abs(ranked.earlier_cost - medians.baseline_cost) as deviation,
        row_number() over (
            partition by ranked.series_id, ranked.calendar_date
            order by abs(ranked.earlier_cost - medians.baseline_cost) asc nulls last
        ) as deviation_rank

    from ranked
    inner join medians
        on ranked.series_id = medians.series_id
            and ranked.calendar_date = medians.calendar_date
),

-- A bill that comes once a month is not news each time: about as much stood there 27 to 32 days before.
with_last_month as (
    select
        filled.*,
        max(filled.daily_cost) over (
            partition by filled.series_id order by filled.calendar_date asc nulls last
            rows between 32 preceding and 27 preceding
        ) as month_before_cost

    from filled
),

-- 5.2 median absolute deviations are 3.5 standard deviations of a bell curve.
judged as (
    select
        with_last_month.series_id,
        with_last_month.platform,
        with_last_month.cost_centre_code,
        with_last_month.reporting_currency,
        with_last_month.daily_cost,
        deviations.baseline_cost,
        cast(with_last_month.daily_cost - deviations.baseline_cost as {{ column_type('money') }}) as excess_cost,
        cast(
            greatest(
                cast(25 as {{ column_type('money') }}),
                cast(cast(deviations.deviation as decimal(26, 10)) * cast(5.2 as decimal(2, 1)) as {{ column_type('money') }}),
                cast(
                    cast(abs(deviations.baseline_cost) as decimal(26, 10)) * cast(0.4 as decimal(2, 1))
                    as {{ column_type('money') }}
                )
            ) as {{ column_type('money') }}
        ) as threshold_cost,
        deviations.day_count as baseline_day_count,
        coalesce(
            10 * (with_last_month.month_before_cost - deviations.baseline_cost)
            >= 7 * (with_last_month.daily_cost - deviations.baseline_cost)
            and with_last_month.daily_cost > deviations.baseline_cost,
            false
        ) as is_monthly,
        with_last_month.calendar_date

    from with_last_month
    inner join deviations
        on with_last_month.series_id = deviations.series_id
            and with_last_month.calendar_date = deviations.calendar_date
    where 2 * deviations.deviation_rank in (deviations.day_count, deviations.day_count + 1)
        and deviations.day_count >= 4
)

select * from judged
