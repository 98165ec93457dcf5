-- One row per line of the bill: what was charged in currency, and what was metered in months that the currency view does
-- not know of its organization. A row that names no organization may be of any.
with

charged as (
    select
        _row_id as line_id,
        _delivery_id,
        _file,
        _row,
        'snowflake__usage_in_currency_daily' as source_table,
        organization_name,
        contract_number,
        coalesce(account_name, account_locator) as account_id,
        account_locator,
        region,
        upper(coalesce(service_type, usage_type, 'OTHER')) as service_type,
        usage_type,
        lower(coalesce(rating_type, '')) as rating_type,
        lower(coalesce(billing_type, 'consumption')) as billing_type,
        balance_source,
        currency,
        cast(usage as {{ column_type('quantity') }}) as usage_amount,
        cast(usage_in_currency as {{ column_type('money') }}) as amount,
        lower(coalesce(is_adjustment, 'false')) = 'true' as is_adjustment,
        true as is_priced,
        cast(usage_date as date) as usage_date

    from {{ source('snowflake', 'usage_in_currency_daily') }}
),

months_charged as (
    select
        {{ month_start('usage_date') }} as charged_month,
        upper(organization_name) as charged_organization

    from charged
    group by {{ month_start('usage_date') }}, upper(organization_name)
),

metered as (
    select metered_lines.*
    from {{ ref('stg_snowflake__metered_lines') }} as metered_lines
    where not exists (
        select 1 from months_charged
        where {{ month_start('metered_lines.usage_date') }} = months_charged.charged_month
            and (
                upper(metered_lines.organization_name) = months_charged.charged_organization
                or metered_lines.organization_name is null
                or months_charged.charged_organization is null
            )
    )
),

lines as (
    select * from charged
    union all
    select
        _row_id as line_id,
        _delivery_id,
        _file,
        _row,
        'snowflake__metering_daily_history' as source_table,
        organization_name,
        cast(null as {{ dbt.type_string() }}) as contract_number,
        account_id,
        account_locator,
        cast(null as {{ dbt.type_string() }}) as region,
        service_type,
        cast(null as {{ dbt.type_string() }}) as usage_type,
        'compute' as rating_type,
        'consumption' as billing_type,
        cast(null as {{ dbt.type_string() }}) as balance_source,
        coalesce(rate_currency, 'USD') as currency,
        credits as usage_amount,
        amount,
        false as is_adjustment,
        is_priced,
        usage_date

    from metered
),

grouped as (
    select
        lines.*,
        -- AI_INFERENCE is the newer name of AI_SERVICES.
        case
            when service_type in ('AI_SERVICES', 'AI_INFERENCE') then 'AI_SERVICES'
            when service_type like 'CORTEX%' or service_type like 'SNOWFLAKE_INTELLIGENCE%' then service_type
        end as ai_service

    from lines
)

select * from grouped
