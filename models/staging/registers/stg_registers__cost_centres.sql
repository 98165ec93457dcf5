with

cost_centres as (
    select * from {{ ref('cost_centres') }}
),

typed as (
    select
        {{ trimmed('cost_centre_code') }} as cost_centre_code,
        {{ trimmed('cost_centre_name') }} as cost_centre_name,
        {{ trimmed('department_code') }} as department_code,
        {{ trimmed('gl_account') }} as gl_account,
        {{ trimmed('successor_code') }} as successor_code,
        {{ register_column(ref('cost_centres'), 'legal_entity_code') }} as legal_entity_code,
        coalesce(cast({{ trimmed('tier') }} as {{ dbt.type_int() }}), 1) as tier,
        coalesce(lower({{ trimmed('is_shared_service') }}) = 'true', false) as is_shared_service,
        {{ validity(trimmed('valid_from'), trimmed('valid_to')) }}

    from cost_centres
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(cost_centre_code, cost_centre_name) is not null
)

select * from stated
