with

seat_months as (
    select * from {{ ref('int_seat_months_unioned') }}
),

active_days as (
    select
        platform,
        user_id,
        cast(period_start as date) as active_date,
        {{ month_start('period_start') }} as active_month

    from {{ ref('int_usage_unioned') }}
    where metric = 'active_days' and quantity > 0 and user_id is not null
),

seats_by_month as (
    select
        platform,
        seat_month,
        seat_holder,
        sku,
        currency,
        max(user_id) as user_id,
        cast(sum(seat_cost) as {{ column_type('money') }}) as seat_cost,
        cast(sum(held_days) as {{ dbt.type_bigint() }}) as held_days,
        min(first_date) as first_date

    from seat_months
    group by
        platform,
        seat_month,
        seat_holder,
        sku,
        currency
),

-- In a month in which nobody at all was active nothing was reported, and nothing is known.
reported_months as (
    select
        platform,
        active_month

    from active_days
    group by
        platform,
        active_month
),

users_by_month as (
    select
        platform,
        active_month,
        user_id

    from active_days
    group by
        platform,
        active_month,
        user_id
),

last_activity as (
    select
        seats_by_month.platform,
        seats_by_month.seat_month,
        seats_by_month.user_id,
        max(active_days.active_date) as last_active_date

    from seats_by_month
    inner join active_days
        on seats_by_month.platform = active_days.platform
            and seats_by_month.user_id = active_days.user_id
            and seats_by_month.seat_month > active_days.active_month
    group by
        seats_by_month.platform,
        seats_by_month.seat_month,
        seats_by_month.user_id
),

idle as (
    select
        seats_by_month.*,
        last_activity.last_active_date

    from seats_by_month
    inner join reported_months
        on seats_by_month.platform = reported_months.platform
            and seats_by_month.seat_month = reported_months.active_month
    left join users_by_month
        on seats_by_month.platform = users_by_month.platform
            and seats_by_month.seat_month = users_by_month.active_month
            and seats_by_month.user_id = users_by_month.user_id
    left join last_activity
        on seats_by_month.platform = last_activity.platform
            and seats_by_month.seat_month = last_activity.seat_month
            and seats_by_month.user_id = last_activity.user_id
    where users_by_month.user_id is null
)

select * from idle
