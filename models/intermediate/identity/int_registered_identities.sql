with

identities as (
    select
        platform,
        identity_type,
        identity_id,
        use_case_id,
        cost_centre_code,
        environment,
        cast(null as {{ dbt.type_string() }}) as exception_id,
        valid_from,
        valid_to

    from {{ ref('stg_registers__identities') }}
),

exceptions as (
    select
        platform,
        identity_type,
        identity_id,
        use_case_id,
        cost_centre_code,
        cast(null as {{ dbt.type_string() }}) as environment,
        exception_id,
        valid_from,
        valid_to

    from {{ ref('stg_registers__exceptions') }}
    where coalesce(exception_kind, 'ownership') in ('ownership', 'dispute')
),

unioned as (
    select * from identities
    union all
    select * from exceptions
),

-- A tag is registered as key=value; keys compare without vendor prefix and case, values exactly.
comparable as (
    select
        lower(platform) as platform,
        identity_type,
        case
            when identity_type = 'tag' and instr(identity_id, '=') > 0
                then
                    {{ normalised_tag_key("substr(identity_id, 1, instr(identity_id, '=') - 1)") }}
                    || '=' || trim(substr(identity_id, instr(identity_id, '=') + 1))
            else identity_id
        end as identity_id,
        use_case_id,
        cost_centre_code,
        environment,
        exception_id,
        valid_from,
        valid_to

    from unioned
)

select * from comparable
