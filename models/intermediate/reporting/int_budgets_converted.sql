with

budgets as (
    select * from {{ ref('stg_registers__budgets') }}
),

charged_rates as (
    select * from {{ ref('int_exchange_rates') }}
),

registered_rates as (
    select * from {{ ref('stg_registers__fx_rates') }}
),

reporting_currencies as (
    select
        upper(value) as reporting_currency,
        valid_from,
        valid_to

    from {{ ref('stg_registers__policy') }}
    where setting = 'reporting_currency'
),

month_currencies as (
    select
        accounting_month,
        max(reporting_currency) as reporting_currency

    from charged_rates
    group by accounting_month
),

named as (
    select
        case
            when budgets.use_case_id is null then 'cost centre'
            when budgets.cost_centre_code is null then 'use case'
            else 'use case of a cost centre'
        end as budget_scope,
        budgets.cost_centre_code,
        budgets.use_case_id,
        budgets.currency,
        coalesce(month_currencies.reporting_currency, reporting_currencies.reporting_currency) as reporting_currency,
        budgets.amount,
        budgets.budget_month

    from budgets
    left join month_currencies
        on budgets.budget_month = month_currencies.accounting_month
    left join reporting_currencies
        on cast(budgets.budget_month as timestamp) >= reporting_currencies.valid_from
            and cast(budgets.budget_month as timestamp) < reporting_currencies.valid_to
),

-- The rate that the month's bills are converted at; a currency that no bill is in has only the register's.
rated as (
    select
        named.*,
        cast(
            case
                when named.currency = named.reporting_currency then 1
                else coalesce(charged_rates.exchange_rate, registered_rates.rate)
            end as decimal(14, 8)
        ) as exchange_rate

    from named
    left join charged_rates
        on named.budget_month = charged_rates.accounting_month
            and named.currency = charged_rates.billing_currency
    left join registered_rates
        on named.budget_month = registered_rates.accounting_month
            and named.currency = registered_rates.from_currency
            and named.reporting_currency = registered_rates.to_currency
),

converted as (
    select
        budget_scope,
        cost_centre_code,
        use_case_id,
        reporting_currency,
        cast(cast(amount as decimal(24, 10)) * exchange_rate as {{ column_type('money') }}) as budget_amount,
        budget_month

    from rated
)

select * from converted
