with

use_case_months as (
    select
        *,
        {{ month_start(add_months('accounting_month', 1)) }} as next_month

    from {{ ref('int_use_case_months') }}
),

use_cases as (
    select * from {{ ref('stg_registers__use_cases') }}
),

posted_rates as (
    select * from {{ ref('int_exchange_rates') }}
),

registered_rates as (
    select * from {{ ref('stg_registers__fx_rates') }}
),

settings as (
    select * from {{ ref('stg_registers__policy') }}
    where setting in ('reporting_currency', 'human_cost_per_hour')
),

month_currencies as (
    select
        accounting_month,
        max(reporting_currency) as reporting_currency

    from posted_rates
    group by accounting_month
),

months as (
    select accounting_month

    from use_case_months
    group by accounting_month
),

policy_in_force as (
    select
        months.accounting_month,
        upper(max(case when settings.setting = 'reporting_currency' then settings.value end)) as reporting_currency,
        cast(
            max(case when settings.setting = 'human_cost_per_hour' then settings.value end)
            as {{ column_type('money') }}
        ) as human_cost_per_hour

    from months
    left join settings
        on months.accounting_month >= settings.valid_from and months.accounting_month < settings.valid_to
    group by months.accounting_month
),

-- Of the versions that reach into the month the one that began last.
versions_ranked as (
    select
        use_case_months.accounting_month,
        use_cases.*,
        row_number() over (
            partition by use_cases.use_case_id, use_case_months.accounting_month
            order by use_cases.valid_from desc nulls last
        ) as version_rank

    from use_case_months
    inner join use_cases
        on use_case_months.use_case_id = use_cases.use_case_id
            and use_cases.valid_from < use_case_months.next_month
            and use_cases.valid_to > use_case_months.accounting_month
),

versions_in_force as (
    select * from versions_ranked
    where version_rank = 1
),

described as (
    select
        use_case_months.use_case_id,
        versions_in_force.use_case_name,
        versions_in_force.cost_centre_code,
        versions_in_force.outcome_unit,
        coalesce(month_currencies.reporting_currency, policy_in_force.reporting_currency) as reporting_currency,
        coalesce(
            versions_in_force.currency, month_currencies.reporting_currency, policy_in_force.reporting_currency
        ) as use_case_currency,
        policy_in_force.human_cost_per_hour,
        versions_in_force.baseline_cost_per_outcome,
        versions_in_force.baseline_minutes_per_outcome,
        versions_in_force.baseline_outcomes_per_month,
        versions_in_force.value_per_outcome,
        versions_in_force.expected_monthly_cost,
        use_case_months.reporting_cost,
        use_case_months.token_count,
        use_case_months.request_count,
        versions_in_force.use_case_id is not null as is_registered,
        use_case_months.accounting_month

    from use_case_months
    left join versions_in_force
        on use_case_months.use_case_id = versions_in_force.use_case_id
            and use_case_months.accounting_month = versions_in_force.accounting_month
    left join policy_in_force
        on use_case_months.accounting_month = policy_in_force.accounting_month
    left join month_currencies
        on use_case_months.accounting_month = month_currencies.accounting_month
),

-- The rate that the month's charges have, posted where the month is closed; else the register's.
priced as (
    select
        described.*,
        cast(
            case
                when described.use_case_currency = described.reporting_currency then 1
                else coalesce(posted_rates.exchange_rate, registered_rates.rate)
            end as decimal(14, 8)
        ) as exchange_rate

    from described
    left join posted_rates
        on described.accounting_month = posted_rates.accounting_month
            and described.use_case_currency = posted_rates.billing_currency
    left join registered_rates
        on described.accounting_month = registered_rates.accounting_month
            and described.use_case_currency = registered_rates.from_currency
            and described.reporting_currency = registered_rates.to_currency
)

select * from priced
