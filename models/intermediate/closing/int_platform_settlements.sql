with

charges as (
    select * from {{ ref('int_charges_landed') }}
),

deliveries as (
    select * from {{ ref('stg_load_ledger__deliveries') }}
),

billed as (
    select
        x_platform as platform,
        x_source_table as source_table,
        x_delivery_id as delivery_id,
        {{ month_start('billing_period_start') }} as accounting_month

    from charges
    group by
        x_platform,
        x_source_table,
        x_delivery_id,
        {{ month_start('billing_period_start') }}
),

-- A later list settles the months before it also where it adds no charge itself, as of seats that are billed by now.
lists as (
    select
        source_table,
        max(coalesce(cast(delivered_at as date), content_to)) as listed_until_date

    from deliveries
    where role = 'list' and status = 'current'
    group by source_table
),

-- The last day whose month a source's newest delivery settles; a delivery without a time is dated by its content.
settling as (
    select
        billed.platform,
        billed.source_table,
        greatest(
            max(
                cast({{ add_days(
                    'cast(coalesce(cast(deliveries.delivered_at as date), deliveries.content_to) as timestamp)',
                    '-coalesce(deliveries.settles_after_days, 0)',
                ) }} as date)
            ),
            max(lists.listed_until_date)
        ) as settled_until_date

    from billed
    left join deliveries
        on billed.delivery_id = deliveries.delivery_id
    left join lists
        on billed.source_table = lists.source_table
    group by
        billed.platform,
        billed.source_table
),

settlements as (
    select
        billed.platform,
        billed.accounting_month,
        min(
            case
                when settling.settled_until_date >= {{ month_start(add_months('billed.accounting_month', 1)) }} then 1
                else 0
            end
        ) = 1 as is_settled

    from billed
    left join settling
        on billed.platform = settling.platform
            and billed.source_table = settling.source_table
    group by
        billed.platform,
        billed.accounting_month
)

select * from settlements
