{{ config(materialized='table') }}

with

driver_rows as (
    select * from {{ ref('int_pool_driver_rows') }}
    where driver_units > 0
),

-- The first method whose driver is not zero; the rule's own is attempt 1.
chosen_attempts as (
    select
        pool_id,
        min(attempt) as attempt

    from driver_rows
    group by pool_id
),

chosen as (
    select
        driver_rows.*,
        min(case when {{ int_mod('driver_rows.driver_units', '1000000') }} = 0 then 1 else 0 end)
            over (partition by driver_rows.pool_id) as is_whole

    from driver_rows
    inner join chosen_attempts
        on driver_rows.pool_id = chosen_attempts.pool_id
            and driver_rows.attempt = chosen_attempts.attempt
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
