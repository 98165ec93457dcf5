{#-
    Lot after lot, in the order in which they pay, takes from what the lots before it left to be paid. Each step looks at
    running sums by day: a lot has paid what ran up inside its days, never less than nothing, never more than it held. A
    refund so gives back first what was over all lots, then what the last lot paid.
-#}
{{ config(materialized='table') }}

{%- set day_before_purchase = "cast(" ~ add_days('lots.purchased_on', -1) ~ " as date)" -%}
{%- set last_seen = "greatest(account_ends.as_of_date, coalesce(last_charges.last_drawn_on, account_ends.as_of_date))" -%}
{%- set last_day = "cast(" ~ add_days('lots.expires_on', -1) ~ " as date)" %}

with recursive

lots as (
    select * from {{ ref('int_credit_lots_ranked') }}
),

charges as (
    select * from {{ ref('int_prepaid_charges_summed') }}
),

as_of as (
    select as_of_date from {{ ref('int_as_of_date') }}
),

-- Every account's months, from the first purchase to the as-of date or the last charge.
account_ends as (
    select
        lots.account_key,
        {{ month_start('min(lots.purchased_on)') }} as first_month,
        max(as_of.as_of_date) as as_of_date

    from lots
    cross join as_of
    group by lots.account_key
),

last_charges as (
    select
        account_key,
        max(drawn_on) as last_drawn_on

    from charges
    group by account_key
),

stretches as (
    select
        account_ends.account_key,
        account_ends.first_month,
        cast(
            {{ add_days(add_months(month_start(last_seen), 1), -1) }} as date
        ) as last_day

    from account_ends
    left join last_charges
        on account_ends.account_key = last_charges.account_key
),

calendar as (
    {{ explode_days('stretches', 'first_month', 'last_day') }}
),

-- The days that a step has to see: month ends, and the days around which a lot begins and ends to pay.
marked_days as (
    select
        account_key,
        1 as month_end,
        calendar_date as drawn_on

    from calendar
    where {{ month_start('calendar_date') }} <> {{ month_start(add_days('calendar_date', 1)) }}

    union all

    select
        account_key,
        0 as month_end,
        {{ day_before_purchase }} as drawn_on

    from lots

    union all

    select
        account_key,
        0 as month_end,
        {{ last_day }} as drawn_on

    from lots

    union all

    select
        account_key,
        0 as month_end,
        drawn_on

    from charges
),

days as (
    select
        marked_days.account_key,
        max(marked_days.month_end) = 1 as is_month_end,
        marked_days.drawn_on

    from marked_days
    group by
        marked_days.account_key,
        marked_days.drawn_on
),

charges_by_day as (
    select
        account_key,
        drawn_on,
        sum(effective_cost) as effective_cost

    from charges
    group by
        account_key,
        drawn_on
),

running as (
    select
        days.account_key,
        days.is_month_end,
        days.drawn_on,
        cast(
            sum(coalesce(charges_by_day.effective_cost, 0)) over (
                partition by days.account_key order by days.drawn_on asc nulls last
                rows between unbounded preceding and current row
            ) as {{ column_type('money') }}
        ) as unpaid_cost

    from days
    left join charges_by_day
        on days.account_key = charges_by_day.account_key
            and days.drawn_on = charges_by_day.drawn_on
),

drawn as (
    select
        account_key,
        cast(0 as {{ dbt.type_bigint() }}) as lot_rank,
        drawn_on,
        cast(0 as {{ column_type('money') }}) as drawn_amount,
        unpaid_cost,
        is_month_end

    from running

    union all

    select
        stepped.account_key,
        stepped.lot_rank,
        stepped.drawn_on,
        stepped.drawn_amount,
        cast(stepped.unpaid_cost - stepped.drawn_amount as {{ column_type('money') }}) as unpaid_cost,
        stepped.is_month_end

    from (
        select
            drawn.account_key,
            lots.lot_rank,
            drawn.drawn_on,
            drawn.unpaid_cost,
            drawn.is_month_end,
            cast(
                case
                    when drawn.drawn_on < lots.purchased_on then 0
                    else greatest(
                        0,
                        least(
                            lots.amount,
                            case
                                when drawn.drawn_on < lots.expires_on then drawn.unpaid_cost
                                else max(case when drawn.drawn_on = {{ last_day }} then drawn.unpaid_cost end)
                                    over (partition by drawn.account_key)
                            end
                            - max(case when drawn.drawn_on = {{ day_before_purchase }} then drawn.unpaid_cost end)
                                over (partition by drawn.account_key)
                        )
                    )
                end as {{ column_type('money') }}
            ) as drawn_amount

        from drawn
        inner join lots
            on drawn.account_key = lots.account_key
                and drawn.lot_rank + 1 = lots.lot_rank
    ) as stepped
)

select * from drawn
