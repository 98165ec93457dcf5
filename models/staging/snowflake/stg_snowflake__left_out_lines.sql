-- One row per metered line of a month that the currency view charges for the same organization. Metering has credits and
-- no money.
with

metering as (
    select * from {{ ref('stg_snowflake__metered_lines') }}
),

charged as (
    select
        {{ month_start('cast(usage_date as date)') }} as charged_month,
        upper(organization_name) as charged_organization

    from {{ source('snowflake', 'usage_in_currency_daily') }}
    group by {{ month_start('cast(usage_date as date)') }}, upper(organization_name)
),

met as (
    select metering._row_id

    from metering
    inner join charged
        on {{ month_start('metering.usage_date') }} = charged.charged_month
    where upper(metering.organization_name) = charged.charged_organization
        or metering.organization_name is null
        or charged.charged_organization is null
    group by metering._row_id
)

select
    'snowflake__metering_daily_history' as source_table,
    metering._delivery_id as delivery_id,
    metering._file as file_name,
    metering._row as row_number,
    'charged by the currency view' as reason,
    cast(null as {{ column_type('money') }}) as billed_amount,
    true as is_whole

from metering
inner join met
    on metering._row_id = met._row_id
