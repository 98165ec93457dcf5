{% set key = [
    'forecast_level', 'cost_centre_code', 'use_case_id', 'platform', 'reporting_currency', 'forecast_month',
] %}

with

forecasts as (
    select * from {{ ref('stg_forecasts__cost_forecasts') }}
),

keyed as (
    select
        {{ hash_key(key) }} as cost_forecast_id,
        forecast_level,
        cost_centre_code,
        use_case_id,
        platform,
        reporting_currency,
        forecast_status,
        method,
        reporting_cost,
        lower_80_cost,
        upper_80_cost,
        lower_95_cost,
        upper_95_cost,
        backtest_error_share,
        naive_error_share,
        seasonal_naive_error_share,
        backtest_count,
        history_month_count,
        months_ahead,
        forecast_month,
        trained_to_month

    from forecasts
)

select * from keyed
