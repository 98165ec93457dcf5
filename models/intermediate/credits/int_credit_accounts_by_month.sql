with

drawn as (
    select * from {{ ref('int_credit_lots_drawn') }}
),

lot_counts as (
    select
        account_key,
        max(lot_rank) as lot_count

    from {{ ref('int_credit_lots_ranked') }}
    group by account_key
),

-- After the last lot, what is unpaid is what no credit pays.
month_ends as (
    select
        drawn.account_key,
        drawn.unpaid_cost as unpaid_to_date,
        {{ month_start('drawn.drawn_on') }} as accounting_month

    from drawn
    inner join lot_counts
        on drawn.account_key = lot_counts.account_key
            and drawn.lot_rank = lot_counts.lot_count
    where drawn.is_month_end
),

charged_to_date as (
    select
        account_key,
        unpaid_cost as charged_to_date,
        {{ month_start('drawn_on') }} as accounting_month

    from drawn
    where lot_rank = 0 and is_month_end
),

changed as (
    select
        month_ends.account_key,
        charged_to_date.charged_to_date
        - coalesce(
            lag(charged_to_date.charged_to_date) over (
                partition by month_ends.account_key order by month_ends.accounting_month asc nulls last
            ), 0
        ) as charged_cost,
        month_ends.unpaid_to_date
        - coalesce(
            lag(month_ends.unpaid_to_date) over (
                partition by month_ends.account_key order by month_ends.accounting_month asc nulls last
            ), 0
        ) as overdrawn_amount,
        month_ends.accounting_month

    from month_ends
    inner join charged_to_date
        on month_ends.account_key = charged_to_date.account_key
            and month_ends.accounting_month = charged_to_date.accounting_month
),

by_month as (
    select
        account_key,
        charged_cost,
        charged_cost - overdrawn_amount as drawn_amount,
        overdrawn_amount,
        accounting_month

    from changed
)

select * from by_month
