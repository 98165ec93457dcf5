{{ config(materialized='table') }}

with

chosen_drivers as (
    select * from {{ ref('int_pool_drivers_chosen') }}
),

credited_receivers as (
    select * from {{ ref('int_credited_receivers') }}
),

drivers_of_all as (
    select * from chosen_drivers
    union all
    select
        pool_id,
        1 as attempt,
        driver as attempt_method,
        cost_centre_code,
        use_case_id,
        unallocated_reason,
        identity_type,
        identity_id,
        is_idle,
        driver_quantity,
        driver_units

    from credited_receivers
),

parts as (
    {{ split_pools(ref('int_pools_collected'), 'drivers_of_all') }}
)

select * from parts
