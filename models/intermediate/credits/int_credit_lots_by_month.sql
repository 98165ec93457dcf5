{{ config(materialized='table') }}

with

lots as (
    select * from {{ ref('int_credit_lots_ranked') }}
),

drawn as (
    select * from {{ ref('int_credit_lots_drawn') }}
),

as_of as (
    select as_of_date from {{ ref('int_as_of_date') }}
),

-- A lot's rows begin with the month of its purchase; its drawings are running sums, known at each month's end.
month_ends as (
    select
        lots.*,
        drawn.drawn_amount as drawn_to_date,
        case
            when lots.expires_on <= as_of.as_of_date and lots.expires_on <= drawn.drawn_on
                then lots.amount - drawn.drawn_amount
            else 0
        end as expired_to_date,
        {{ month_start('drawn.drawn_on') }} as accounting_month

    from lots
    inner join drawn
        on lots.account_key = drawn.account_key
            and lots.lot_rank = drawn.lot_rank
    cross join as_of
    where drawn.is_month_end and drawn.drawn_on >= lots.purchased_on
),

changed as (
    select
        month_ends.*,
        lag(drawn_to_date) over (partition by account_key, lot_rank order by accounting_month asc nulls last)
            as drawn_before,
        lag(expired_to_date) over (partition by account_key, lot_rank order by accounting_month asc nulls last)
            as expired_before,
        -- What no lot paid is left over by the last of them; the last that was bought by then speaks for the account.
        row_number() over (partition by account_key, accounting_month order by lot_rank desc nulls last) as place_from_last

    from month_ends
),

by_month as (
    select
        account_key,
        lot_rank,
        contract_id,
        platform,
        billing_account_id,
        invoice_id,
        currency,
        case when {{ month_start('purchased_on') }} = accounting_month then amount else 0 end as purchased_amount,
        drawn_to_date - coalesce(drawn_before, 0) as drawn_amount,
        expired_to_date - coalesce(expired_before, 0) as expired_amount,
        amount - drawn_to_date - expired_to_date as closing_amount,
        place_from_last = 1 as speaks_for_account,
        accounting_month

    from changed
)

select * from by_month
