with

charge_months as (
    select distinct
        {{ month_start('billing_period_start') }} as accounting_month,
        billing_currency

    from {{ ref('int_charges_unioned') }}
),

reporting_currencies as (
    select
        upper(value) as reporting_currency,
        valid_from,
        valid_to

    from {{ ref('stg_registers__policy') }}
    where setting = 'reporting_currency'
),

exchange_rates as (
    select * from {{ ref('stg_registers__fx_rates') }}
),

posted_rates as (
    select * from {{ ref('stg_closes__exchange_rates') }}
),

-- A currency without a rate keeps a null here: the build is refused by a test that names month and currency.
month_rates as (
    select
        charge_months.accounting_month,
        charge_months.billing_currency,
        coalesce(posted_rates.reporting_currency, reporting_currencies.reporting_currency) as reporting_currency,
        cast(
            case
                when posted_rates.exchange_rate is not null then posted_rates.exchange_rate
                when charge_months.billing_currency = reporting_currencies.reporting_currency then 1
                else exchange_rates.rate
            end as decimal(14, 8)
        ) as exchange_rate

    from charge_months
    left join reporting_currencies
        on charge_months.accounting_month >= reporting_currencies.valid_from
            and charge_months.accounting_month < reporting_currencies.valid_to
    left join exchange_rates
        on charge_months.accounting_month = exchange_rates.accounting_month
            and charge_months.billing_currency = exchange_rates.from_currency
            and reporting_currencies.reporting_currency = exchange_rates.to_currency
    -- A closed month keeps the rates of its close.
    left join posted_rates
        on charge_months.accounting_month = posted_rates.accounting_month
            and charge_months.billing_currency = posted_rates.billing_currency
)

select * from month_rates
