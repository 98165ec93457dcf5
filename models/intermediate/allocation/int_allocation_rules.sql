with

rules as (
    select * from {{ ref('stg_registers__allocation_rules') }}
),

-- A rule that names one receiver, or finds it on the charge, acts charge by charge; every other splits a pool.
keyed as (
    select
        {{ hash_key(['rule_id', 'rule_version', 'valid_from']) }} as rule_key,
        rules.*,
        method not in ('owner', 'fixed', 'central') as is_pooled,
        case when fallback_method is null then method else method || '|' || fallback_method end as methods

    from rules
)

select * from keyed
