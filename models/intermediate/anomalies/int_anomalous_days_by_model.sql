with

anomalous_days as (
    select * from {{ ref('int_anomalous_days') }}
),

-- Cost of pools and what no model is named for have no price of their own.
direct_costs as (
    select
        platform,
        cost_centre_code,
        model,
        reporting_cost,
        cast(0 as {{ column_type('whole') }}) as token_count,
        charge_date as calendar_date

    from {{ ref('fct_allocation_ledger') }}
    where pool_id is null and model is not null
),

owned_tokens as (
    select
        platform,
        cost_centre_code,
        model,
        cast(0 as {{ column_type('money') }}) as reporting_cost,
        token_count,
        usage_date as calendar_date

    from {{ ref('int_driver_usage_by_owner') }}
    where token_count <> 0 and model is not null
),

united as (
    select * from direct_costs
    union all
    select * from owned_tokens
),

by_model as (
    select
        platform,
        cost_centre_code,
        lower(model) as model,
        sum({{ to_units('reporting_cost') }}) as cost_units,
        sum(token_count) as token_count,
        calendar_date

    from united
    group by
        platform,
        cost_centre_code,
        lower(model),
        calendar_date
),

offsets as (
    {% for week in range(0, 9) %}
    select {{ week * 7 }} as day_count{{ " union all" if not loop.last }}
    {% endfor %}
),

compared_dates as (
    select
        anomalous_days.anomaly_id,
        anomalous_days.platform,
        anomalous_days.cost_centre_code,
        anomalous_days.baseline_day_count,
        offsets.day_count,
        cast({{ add_days('anomalous_days.calendar_date', '-offsets.day_count') }} as date) as compared_date

    from anomalous_days
    cross join offsets
),

compared as (
    select
        compared_dates.anomaly_id,
        by_model.model,
        cast(sum(case when day_count = 0 then by_model.cost_units else 0 end) as decimal(38, 0)) as cost_units,
        cast(sum(case when day_count = 0 then by_model.token_count else 0 end) as decimal(38, 0)) as token_count,
        cast(sum(case when day_count > 0 then by_model.cost_units else 0 end) as decimal(38, 0)) as earlier_cost_units,
        cast(sum(case when day_count > 0 then by_model.token_count else 0 end) as decimal(38, 0))
            as earlier_token_count

    from compared_dates
    inner join by_model
        on compared_dates.platform = by_model.platform
            and coalesce(compared_dates.cost_centre_code, '') = coalesce(by_model.cost_centre_code, '')
            and compared_dates.compared_date = by_model.calendar_date
    group by
        compared_dates.anomaly_id,
        by_model.model
)

select * from compared
