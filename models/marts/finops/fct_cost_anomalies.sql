with

anomalous_days as (
    select * from {{ ref('int_anomalous_days') }}
),

models_of_days as (
    select * from {{ ref('int_anomalous_days_by_model') }}
    where token_count > 0 or earlier_token_count > 0
),

daily_costs as (
    select * from {{ ref('fct_showback_daily') }}
),

use_cases as (
    select * from {{ ref('stg_registers__use_cases') }}
),

-- What each model's tokens would have cost at its own price before. A model that is new has no such price and counts as mix.
expected as (
    select
        anomaly_id,
        cost_units,
        token_count,
        earlier_cost_units,
        earlier_token_count,
        case
            when earlier_token_count > 0
                then case when earlier_cost_units < 0 then -1 else 1 end
                    * {{ int_div('abs(earlier_cost_units) * token_count', 'earlier_token_count') }}
            else cost_units
        end as expected_units

    from models_of_days
),

summed as (
    select
        anomaly_id,
        sum(cost_units) as cost_units,
        sum(token_count) as token_count,
        sum(earlier_cost_units) as earlier_cost_units,
        sum(earlier_token_count) as earlier_token_count,
        sum(expected_units) as expected_units

    from expected
    group by anomaly_id
),

-- The day's tokens at the average price before.
at_average_price as (
    select
        summed.*,
        case
            when earlier_token_count > 0
                then case when earlier_cost_units < 0 then -1 else 1 end
                    * {{ int_div('abs(earlier_cost_units) * token_count', 'earlier_token_count') }}
            else 0
        end as average_units

    from summed
),

split as (
    select
        anomalous_days.*,
        {{ to_units('anomalous_days.excess_cost') }} as excess_units,
        case
            when at_average_price.anomaly_id is null then 0
            else average_units
                - case when earlier_cost_units < 0 then -1 else 1 end
                * {{ int_div('abs(earlier_cost_units)', 'anomalous_days.baseline_day_count') }}
        end as volume_units,
        coalesce(expected_units - average_units, 0) as mix_units,
        coalesce(cost_units - expected_units, 0) as price_units

    from anomalous_days
    left join at_average_price
        on anomalous_days.anomaly_id = at_average_price.anomaly_id
),

-- The use case that cost most on the day says who can tell why.
ranked_use_cases as (
    select
        anomalous_days.anomaly_id,
        daily_costs.use_case_id,
        row_number() over (
            partition by anomalous_days.anomaly_id
            order by daily_costs.reporting_cost desc nulls last, daily_costs.use_case_id asc nulls last
        ) as preference

    from anomalous_days
    inner join daily_costs
        on anomalous_days.platform = daily_costs.platform
            and coalesce(anomalous_days.cost_centre_code, '') = coalesce(daily_costs.cost_centre_code, '')
            and anomalous_days.calendar_date = daily_costs.calendar_date
),

notified as (
    select
        ranked_use_cases.anomaly_id,
        ranked_use_cases.use_case_id,
        max(coalesce(use_cases.usage_owner_id, use_cases.business_owner_id)) as notified_person_id

    from ranked_use_cases
    inner join anomalous_days
        on ranked_use_cases.anomaly_id = anomalous_days.anomaly_id
    left join use_cases
        on ranked_use_cases.use_case_id = use_cases.use_case_id
            and cast(anomalous_days.calendar_date as timestamp) >= use_cases.valid_from
            and cast(anomalous_days.calendar_date as timestamp) < use_cases.valid_to
    where ranked_use_cases.preference = 1
    group by
        ranked_use_cases.anomaly_id,
        ranked_use_cases.use_case_id
),

drivers as (
    {% for driver in ['volume', 'mix', 'price'] %}
    select anomaly_id, '{{ driver }}' as driver, {{ driver }}_units as contribution_units from split
    union all
    {% endfor %}
    select
        anomaly_id,
        'other' as driver,
        excess_units - volume_units - mix_units - price_units as contribution_units

    from split
),

anomalies as (
    select
        {{ hash_key(['drivers.anomaly_id', 'drivers.driver']) }} as anomaly_driver_id,
        drivers.anomaly_id,
        split.platform,
        split.cost_centre_code,
        drivers.driver,
        split.direction,
        split.severity,
        case
            when split.known_event is not null then 'known event'
            when split.is_first_day then 'new'
            else 'goes on'
        end as anomaly_status,
        split.known_event,
        notified.use_case_id as largest_use_case_id,
        case when split.known_event is null then notified.notified_person_id end as notified_person_id,
        split.reporting_currency,
        split.daily_cost,
        split.baseline_cost,
        split.excess_cost,
        split.threshold_cost,
        {{ from_units('drivers.contribution_units') }} as contribution_cost,
        split.is_first_day,
        split.calendar_date

    from drivers
    inner join split
        on drivers.anomaly_id = split.anomaly_id
    left join notified
        on drivers.anomaly_id = notified.anomaly_id
)

select * from anomalies
