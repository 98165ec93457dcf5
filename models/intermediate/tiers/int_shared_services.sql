with

cost_centres as (
    select * from {{ ref('stg_registers__cost_centres') }}
),

-- A shared service without a tier keeps what it receives.
services as (
    select
        cost_centre_code,
        tier,
        valid_from,
        valid_to

    from cost_centres
    where is_shared_service and tier > 1
)

select * from services
