with

cost_centres as (
    select * from {{ ref('stg_registers__cost_centres') }}
),

versions as (
    select
        {{ hash_key(['cost_centre_code', 'valid_from']) }} as cost_centre_version_id,
        cost_centre_code,
        cost_centre_name,
        department_code,
        gl_account,
        successor_code,
        legal_entity_code,
        tier,
        is_shared_service,
        valid_from,
        valid_to

    from cost_centres
)

select * from versions
