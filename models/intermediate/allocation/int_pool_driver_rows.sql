{{ config(materialized='table') }}

with

attempts as (
    select * from {{ ref('int_pool_attempts') }}
),

drivers as (
    select * from {{ ref('int_driver_quantities') }}
),

services as (
    select * from {{ ref('int_shared_services') }}
),

-- A shared service that has passed on, of this tier or an earlier one, receives nothing any more.
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
    left join services
        on drivers.cost_centre_code = services.cost_centre_code
            and attempts.tier >= services.tier
            and attempts.period_start >= services.valid_from
            and attempts.period_start < services.valid_to
    where services.cost_centre_code is null
)

select * from attempted
