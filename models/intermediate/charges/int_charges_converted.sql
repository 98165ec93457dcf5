with

charges as (
    select * from {{ ref('int_charges_unioned') }}
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates') }}
),

-- Rounded half away from zero, once per charge. Both products have the widest type that both engines keep exact;
-- between them they hold every amount and rate whose result is below 10¹⁶, as money is.
converted as (
    select
        charges.*,
        {{ month_start('charges.billing_period_start') }} as x_accounting_month,
        exchange_rates.exchange_rate as x_exchange_rate,
        case
            when exchange_rates.exchange_rate < 1000
                then cast(
                    cast(charges.effective_cost as decimal(26, 10)) * cast(exchange_rates.exchange_rate as decimal(11, 8))
                    as decimal(38, 10)
                )
            else cast(
                cast(charges.effective_cost as decimal(24, 10)) * exchange_rates.exchange_rate
                as decimal(38, 10)
            )
        end as x_reporting_cost,
        exchange_rates.reporting_currency as x_reporting_currency

    from charges
    left join exchange_rates
        on {{ month_start('charges.billing_period_start') }} = exchange_rates.accounting_month
            and charges.billing_currency = exchange_rates.billing_currency
)

select * from converted
