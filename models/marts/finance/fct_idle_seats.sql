with

idle_seats as (
    select * from {{ ref('int_idle_seats') }}
),

held_days as (
    select * from {{ ref('int_usage_aggregated_to_day') }}
    where metric = 'seats' and user_id is not null
),

owners as (
    select * from {{ ref('int_owners_resolved') }}
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

-- Whose it was on the first day it was held in the month.
seat_owners as (
    select
        held_days.platform,
        held_days.user_id,
        held_days.usage_date,
        min(owners.cost_centre_code) as cost_centre_code

    from held_days
    left join owners
        on held_days.owner_profile_id = owners.owner_profile_id
    group by
        held_days.platform,
        held_days.user_id,
        held_days.usage_date
),

described as (
    select
        {{ hash_key([
            'idle_seats.platform', 'idle_seats.seat_month', 'idle_seats.seat_holder', 'idle_seats.sku',
            'idle_seats.currency',
        ]) }} as idle_seat_id,
        idle_seats.platform,
        idle_seats.sku,
        idle_seats.user_id,
        seat_owners.cost_centre_code,
        idle_seats.currency,
        idle_seats.seat_cost,
        idle_seats.held_days,
        idle_seats.seat_month as accounting_month,
        idle_seats.last_active_date,
        periods.period_status

    from idle_seats
    left join seat_owners
        on idle_seats.platform = seat_owners.platform
            and idle_seats.user_id = seat_owners.user_id
            and idle_seats.first_date = seat_owners.usage_date
    left join periods
        on idle_seats.seat_month = periods.accounting_month
)

select * from described
