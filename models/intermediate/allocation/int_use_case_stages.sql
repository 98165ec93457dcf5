with

stages as (
    select * from {{ ref('stg_registers__use_case_stages') }}
),

sandboxes as (
    select * from {{ ref('int_sandbox_stages') }}
),

staged as (
    select
        stages.use_case_id,
        stages.stage,
        stages.sandbox_cap,
        stages.chargeback_from,
        stages.valid_from,
        stages.valid_to,
        sandboxes.expires_at

    from stages
    left join sandboxes
        on stages.stage = 'sandbox'
            and stages.use_case_id = sandboxes.use_case_id
            and stages.valid_from = sandboxes.valid_from
)

select * from staged
