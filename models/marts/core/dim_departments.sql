with

departments as (
    select * from {{ ref('stg_registers__departments') }}
),

versions as (
    select
        {{ hash_key(['department_code', 'valid_from']) }} as department_version_id,
        department_code,
        department_name,
        division,
        head_person_id,
        chargeback_from,
        valid_from,
        valid_to

    from departments
)

select * from versions
