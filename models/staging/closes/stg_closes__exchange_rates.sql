with

exchange_rates as (
    select * from {{ source('closes', 'exchange_rates') }}
),

typed as (
    select
        billing_currency,
        reporting_currency,
        cast(exchange_rate as decimal(14, 8)) as exchange_rate,
        cast(accounting_month as date) as accounting_month

    from exchange_rates
)

select * from typed
