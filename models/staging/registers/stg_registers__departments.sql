with

departments as (
    select * from {{ ref('departments') }}
),

typed as (
    select
        {{ trimmed('department_code') }} as department_code,
        {{ trimmed('department_name') }} as department_name,
        {{ trimmed('division') }} as division,
        {{ trimmed('head_person_id') }} as head_person_id,
        cast({{ trimmed('chargeback_from') }} as date) as chargeback_from,
        {{ validity(trimmed('valid_from'), trimmed('valid_to')) }}

    from departments
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(department_code, department_name) is not null
)

select * from stated
