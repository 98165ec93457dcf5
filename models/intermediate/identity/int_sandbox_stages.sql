with

stages as (
    select * from {{ ref('stg_registers__use_case_stages') }}
    where stage = 'sandbox'
),

default_days as (
    select
        cast(value as integer) as sandbox_days,
        valid_from,
        valid_to

    from {{ ref('stg_registers__policy') }}
    where setting = 'sandbox_days'
),

expiring as (
    select
        stages.use_case_id,
        stages.sandbox_cap,
        coalesce(stages.sandbox_days, default_days.sandbox_days) as sandbox_days,
        stages.valid_from,
        stages.valid_to,
        {{ add_days(
            "date_trunc('day', stages.valid_from)", 'coalesce(stages.sandbox_days, default_days.sandbox_days)'
        ) }} as expires_at

    from stages
    left join default_days
        on stages.valid_from >= default_days.valid_from
            and stages.valid_from < default_days.valid_to
)

select * from expiring
