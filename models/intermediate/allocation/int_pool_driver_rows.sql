{{ config(materialized='table') }}

with

attempts as (
    select * from {{ ref('int_pool_attempts') }}
),

drivers as (
    select * from {{ ref('int_driver_quantities') }}
),

attempted as (
    select
        attempts.pool_id,
        attempts.attempt,
        attempts.attempt_method,
        drivers.cost_centre_code,
        drivers.use_case_id,
        drivers.unallocated_reason,
        drivers.identity_type,
        drivers.identity_id,
        drivers.driver_quantity,
        drivers.driver_units

    from attempts
    inner join drivers
        on attempts.driver_id = drivers.driver_id
)

select * from attempted
