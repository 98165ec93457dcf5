-- One row per account, day and service type that was metered, at the newest rate known on that day: a rate sheet has no
-- record of a day without usage, so that a rate holds until the next one. What has no rate yet has no amount, and stays.
with

metering as (
    select
        metering.*,
        coalesce(account_name, account_locator, _path_account, 'account') as account_id

    from {{ source('snowflake', 'metering_daily_history') }} as metering
),

-- Of an ordinary and an overage rate of one day the lower counts: metering does not say which credits were beyond the capacity.
daily_rates as (
    select
        upper(service_type) as rate_service_type,
        lower(rating_type) as rating_type,
        lower(coalesce(account_name, '')) as rate_account_name,
        lower(coalesce(account_locator, '')) as rate_account_locator,
        organization_name as rate_organization_name,
        upper(currency) as rate_currency,
        min(cast(effective_rate as {{ column_type('money') }})) as effective_rate,
        cast(rate_date as date) as rate_date

    from {{ source('snowflake', 'rate_sheet_daily') }}
    where lower(coalesce(billing_type, 'consumption')) = 'consumption'
        and lower(coalesce(is_adjustment, 'false')) = 'false'
    group by
        upper(service_type),
        lower(rating_type),
        lower(coalesce(account_name, '')),
        lower(coalesce(account_locator, '')),
        organization_name,
        upper(currency),
        cast(rate_date as date)
),

with_rate_before as (
    select
        daily_rates.*,
        lag(effective_rate) over (
            partition by
                rate_service_type, rating_type, rate_account_name, rate_account_locator, rate_organization_name,
                rate_currency
            order by rate_date asc nulls last
        ) as rate_before

    from daily_rates
),

-- Only days on which a rate changes are looked through: a year of equal rates is one.
rates as (
    select * from with_rate_before
    where rate_before is null or rate_before <> effective_rate
),

-- What has no rate yet is still on the organization's bill, in its currency.
sheet as (
    select
        case when min(rate_organization_name) = max(rate_organization_name) then min(rate_organization_name) end
            as only_organization_name,
        min(rate_currency) as sheet_currency

    from daily_rates
),

-- One credit of compute costs the same whatever it was used for; the views name some services differently.
candidates as (
    select
        metering._row_id,
        rates.effective_rate,
        rates.rate_currency,
        rates.rate_organization_name,
        row_number() over (
            partition by metering._row_id
            order by
                case when rates.rate_service_type = upper(metering.service_type) then 0 else 1 end asc nulls last,
                rates.rate_date desc nulls last,
                rates.effective_rate asc nulls last,
                rates.rate_currency asc nulls last
        ) as preference

    from metering
    inner join rates
        on rates.rate_date <= cast(metering.usage_date as date)
            and (rates.rate_service_type = upper(metering.service_type) or rates.rating_type = 'compute')
            and (
                lower(metering.account_id) in (rates.rate_account_name, rates.rate_account_locator)
                or (metering.account_id = 'account')
                or (rates.rate_account_name = '' and rates.rate_account_locator = '')
            )
),

priced as (
    select
        metering._row_id,
        metering._delivery_id,
        metering._file,
        metering._row,
        coalesce(
            metering.organization_name, rates_in_force.rate_organization_name, sheet.only_organization_name
        ) as organization_name,
        metering.account_id,
        metering.account_locator,
        upper(metering.service_type) as service_type,
        cast(metering.credits_billed as {{ column_type('quantity') }}) as credits,
        rates_in_force.effective_rate,
        coalesce(rates_in_force.rate_currency, sheet.sheet_currency) as rate_currency,
        cast(
            coalesce(
                cast(metering.credits_billed as decimal(20, 9)) * cast(rates_in_force.effective_rate as decimal(16, 6)), 0
            ) as {{ column_type('money') }}
        ) as amount,
        rates_in_force.effective_rate is not null as is_priced,
        cast(metering.usage_date as date) as usage_date

    from metering
    left join candidates as rates_in_force
        on metering._row_id = rates_in_force._row_id
            and rates_in_force.preference = 1
    cross join sheet
)

select * from priced
