{{ config(materialized='table') }}

with

driver_rows as (
    select * from {{ ref('int_pool_driver_rows') }}
    where driver_units > 0
),

attempts as (
    select
        pool_id,
        attempt,
        min(case when {{ int_mod('driver_units', '1000000') }} = 0 then 1 else 0 end) as is_whole

    from driver_rows
    group by
        pool_id,
        attempt
),

-- The first method whose driver is not zero; the rule's own is attempt 1.
first_attempts as (
    select
        pool_id,
        min(attempt) as attempt

    from attempts
    group by pool_id
),

chosen as (
    select
        driver_rows.*,
        attempts.is_whole

    from driver_rows
    inner join first_attempts
        on driver_rows.pool_id = first_attempts.pool_id
            and driver_rows.attempt = first_attempts.attempt
    inner join attempts
        on driver_rows.pool_id = attempts.pool_id
            and driver_rows.attempt = attempts.attempt
),

-- Whole tokens are split as whole tokens: small weights leave room for large amounts in 38 digits.
narrowed as (
    select
        pool_id,
        attempt,
        attempt_method,
        cost_centre_code,
        use_case_id,
        unallocated_reason,
        identity_type,
        identity_id,
        is_idle,
        driver_quantity,
        case when is_whole = 1 then {{ int_div('driver_units', '1000000') }} else driver_units end as driver_units

    from chosen
)

select * from narrowed
