with

cost_forecasts as (
    select * from {{ source('forecasts', 'cost_forecasts') }}
),

typed as (
    select
        forecast_level,
        cost_centre_code,
        use_case_id,
        platform,
        reporting_currency,
        forecast_status,
        method,
        cast(reporting_cost as {{ column_type('money') }}) as reporting_cost,
        cast(lower_80_cost as {{ column_type('money') }}) as lower_80_cost,
        cast(upper_80_cost as {{ column_type('money') }}) as upper_80_cost,
        cast(lower_95_cost as {{ column_type('money') }}) as lower_95_cost,
        cast(upper_95_cost as {{ column_type('money') }}) as upper_95_cost,
        cast(backtest_error_share as {{ column_type('money') }}) as backtest_error_share,
        cast(naive_error_share as {{ column_type('money') }}) as naive_error_share,
        cast(seasonal_naive_error_share as {{ column_type('money') }}) as seasonal_naive_error_share,
        cast(backtest_count as {{ column_type('int') }}) as backtest_count,
        cast(history_month_count as {{ column_type('int') }}) as history_month_count,
        cast(months_ahead as {{ column_type('int') }}) as months_ahead,
        cast(forecast_month as date) as forecast_month,
        cast(trained_to_month as date) as trained_to_month

    from cost_forecasts
)

select * from typed
