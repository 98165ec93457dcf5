with

policy as (
    select * from {{ ref('stg_registers__policy') }}
),

settings as (
    select
        {{ hash_key(['setting', 'valid_from']) }} as policy_setting_id,
        setting,
        value,
        valid_from,
        valid_to

    from policy
)

select * from settings
