with

members as (
    select * from {{ source('chatgpt', 'members') }}
),

-- Somebody who was removed inside the report's period held the seat at least until the last day of activity.
holding as (
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        account_id,
        coalesce(lower({{ trimmed('_path_plan') }}), 'enterprise') || '-seat' as sku,
        coalesce(email, public_id) as user_id,
        -- Who is in two workspaces holds a seat in each.
        coalesce(account_id, '') || ' ' || coalesce(email, public_id, 'nobody ' || _row_id) as seat_holder,
        cast(period_start as date) as period_start_date,
        cast(period_end as date) as period_end_date,
        cast(created_or_invited_date as date) as held_since,
        case
            when lower(user_status) not in ('enabled', 'active') and last_day_active_in_period is not null
                then cast({{ add_days('cast(last_day_active_in_period as timestamp)', 1) }} as date)
        end as removed_on

    from members
    -- An invitation that nobody has accepted is no seat yet.
    where lower(user_status) in ('enabled', 'active')
        or (lower(user_status) in ('disabled', 'deleted') and last_day_active_in_period is not null)
),

-- A report speaks for its period: as a list of its first day, and of its last.
listed as (
    select
        _row_id || ':start' as _row_id,
        _delivery_id,
        _file,
        _row,
        account_id,
        sku,
        user_id,
        seat_holder,
        held_since,
        removed_on as held_until,
        period_start_date as listed_on

    from holding
    where held_since is null or held_since <= period_start_date
    union all
    select
        _row_id || ':end' as _row_id,
        _delivery_id,
        _file,
        _row,
        account_id,
        sku,
        user_id,
        seat_holder,
        held_since,
        removed_on as held_until,
        period_end_date as listed_on

    from holding
    -- Who joined and left inside one period is on the second list, lest the seat be on none.
    where removed_on is null or held_since > period_start_date
)

select
    _row_id,
    _delivery_id,
    _file,
    _row,
    coalesce(account_id, '') || ' ' || sku as list_scope,
    seat_holder,
    user_id,
    account_id,
    sku,
    held_since,
    held_until,
    listed_on

from listed
