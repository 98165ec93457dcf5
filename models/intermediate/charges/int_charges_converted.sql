with

charges as (
    select * from {{ ref('int_charges_unioned') }}
),

exchange_rates as (
    select * from {{ ref('int_exchange_rates') }}
),

converted as (
    select
        charges.*,
        {{ month_start('charges.billing_period_start') }} as x_accounting_month,
        exchange_rates.exchange_rate as x_exchange_rate,
        {{ at_exchange_rate('charges.effective_cost', 'exchange_rates.exchange_rate') }} as x_reporting_cost,
        exchange_rates.reporting_currency as x_reporting_currency

    from charges
    left join exchange_rates
        on {{ month_start('charges.billing_period_start') }} = exchange_rates.accounting_month
            and charges.billing_currency = exchange_rates.billing_currency
)

select * from converted
