{{ config(materialized='table') }}

{% set receiver = ['cost_centre_code', 'use_case_id', 'unallocated_reason', 'identity_type', 'identity_id'] %}

with

active_days as (
    select * from {{ ref('int_usage_aggregated_to_day') }}
    where metric = 'active_days' and quantity > 0
),

owners as (
    select * from {{ ref('int_owners_resolved') }}
),

grains as (
    select driver_grain
    from {{ ref('int_methods_tried') }}
    where method = 'active_users'
    group by driver_grain
),

-- A user is a user id; activity without one counts as the identity that the ladder names.
owned as (
    select
        active_days.platform,
        active_days.usage_date,
        active_days.user_id,
        case when active_days.user_id is null then owners.identity_type end as other_identity_type,
        case when active_days.user_id is null then owners.identity_id end as other_identity_id,
        owners.unallocated_reason,
        case when owners.unallocated_reason is null then owners.cost_centre_code end as cost_centre_code,
        case when owners.unallocated_reason is null then owners.use_case_id end as use_case_id,
        case when owners.unallocated_reason is not null then owners.identity_type end as identity_type,
        case when owners.unallocated_reason is not null then owners.identity_id end as identity_id,
        active_days.quantity

    from active_days
    left join owners
        on active_days.owner_profile_id = owners.owner_profile_id
),

dated as (
    select
        owned.*,
        grains.driver_grain,
        case grains.driver_grain when 'day' then owned.usage_date else {{ month_start('owned.usage_date') }} end
            as driver_date

    from owned
    cross join grains
),

active_users as (
    select
        {{ hash_key([
            'platform', 'driver_grain', 'driver_date', 'user_id', 'other_identity_type', 'other_identity_id',
        ]) }} as active_user_id,
        platform,
        driver_grain,
        driver_date,
        {{ receiver | join(', ') }},
        cast(cast(sum(quantity) as decimal(30, 12)) * cast(1000000 as decimal(7, 0)) as decimal(38, 0)) as day_units,
        -- One user is a million of the smallest units that are shared out.
        {{ from_units('1000000') }} as one_user

    from dated
    group by
        platform,
        driver_grain,
        driver_date,
        user_id,
        other_identity_type,
        other_identity_id,
        {{ receiver | join(', ') }}
),

weighted_users as (
    select * from active_users
    where day_units > 0
),

{{ apportion(
    relation='weighted_users',
    whole='active_user_id',
    weight='day_units',
    measures=['one_user'],
    tie_break="case when unallocated_reason is null then 0 else 1 end asc nulls last, day_units desc nulls last,"
    ~ " cost_centre_code asc nulls last, coalesce(use_case_id, '') asc nulls last,"
    ~ " identity_type asc nulls last, identity_id asc nulls last, unallocated_reason asc nulls last"
) }},

by_owner as (
    select
        platform,
        driver_grain,
        driver_date,
        {{ receiver | join(', ') }},
        cast(
            cast(sum({{ to_units('one_user_part') }}) as decimal(26, 0)) * cast(0.000001 as decimal(7, 6))
            as {{ column_type('quantity') }}
        ) as active_user_count

    from weighted_users_apportioned
    group by
        platform,
        driver_grain,
        driver_date,
        {{ receiver | join(', ') }}
)

select * from by_owner
