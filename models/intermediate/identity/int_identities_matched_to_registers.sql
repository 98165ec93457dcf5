{{ config(materialized='table') }}

with

seen_identities as (
    select
        platform,
        identity_type,
        identity_id,
        case
            when identity_type = 'namespace' and instr(identity_id, '/') > 0
                then substr(identity_id, instr(identity_id, '/') + 1)
        end as bare_namespace,
        segment_start

    from {{ ref('int_owner_profile_identities') }}
    group by
        platform,
        identity_type,
        identity_id,
        segment_start
),

registered as (
    select * from {{ ref('int_registered_identities') }}
    where exception_id is null
),

exceptions as (
    select * from {{ ref('int_registered_identities') }}
    where exception_id is not null
),

people as (
    select * from {{ ref('stg_registers__people') }}
),

vendor_listed as (
    select
        platform,
        identity_type,
        identity_id

    from {{ ref('int_identities_unioned') }}
    group by
        platform,
        identity_type,
        identity_id
),

register_rows as (
    select
        platform,
        identity_type,
        identity_id,
        use_case_id,
        cost_centre_code,
        environment,
        false as is_person,
        valid_from,
        valid_to

    from registered

    union all

    select
        cast(null as {{ dbt.type_string() }}) as platform,
        'user' as identity_type,
        user_id as identity_id,
        cast(null as {{ dbt.type_string() }}) as use_case_id,
        cost_centre_code,
        cast(null as {{ dbt.type_string() }}) as environment,
        true as is_person,
        valid_from,
        valid_to

    from people
),

-- For one identity at one instant: a row in force beats one that ended, the platform's own row beats one for every
-- platform, and of a person's overlapping rows the lower cost-centre code wins.
candidates as (
    select
        seen_identities.*,
        register_rows.use_case_id,
        register_rows.cost_centre_code,
        register_rows.environment,
        case
            when register_rows.identity_id is null then 'unregistered'
            when seen_identities.segment_start < register_rows.valid_from then 'future'
            when seen_identities.segment_start >= register_rows.valid_to then 'ended'
            else 'in force'
        end as register_state,
        register_rows.platform as register_platform,
        register_rows.identity_id as register_identity_id,
        register_rows.is_person,
        register_rows.valid_to

    from seen_identities
    left join register_rows
        on seen_identities.identity_type = register_rows.identity_type
            and (
                seen_identities.identity_id = register_rows.identity_id
                or seen_identities.bare_namespace = register_rows.identity_id
            )
            and (register_rows.platform is null or seen_identities.platform = register_rows.platform)
),

preferred as (
    select
        candidates.*,
        row_number() over (
            partition by platform, identity_type, identity_id, segment_start
            order by
                case register_state when 'in force' then 1 when 'ended' then 2 when 'future' then 3 else 4 end
                asc nulls last,
                -- `cluster/namespace` is the longer name of a namespace, and the longer wins.
                case when register_identity_id = identity_id then 0 else 1 end asc nulls last,
                case when register_platform is not null then 0 else 1 end asc nulls last,
                -- A row for the user is more deliberate than the person's own cost centre.
                case when is_person then 1 else 0 end asc nulls last,
                valid_to desc nulls last,
                cost_centre_code asc nulls last,
                use_case_id asc nulls last
        ) as preference

    from candidates
),

matched as (
    select
        preferred.platform,
        preferred.identity_type,
        preferred.identity_id,
        preferred.segment_start,
        preferred.use_case_id,
        preferred.cost_centre_code,
        preferred.environment,
        cast(null as {{ dbt.type_string() }}) as exception_id,
        preferred.register_state,
        vendor_listed.identity_id is not null as is_vendor_listed

    from preferred
    left join vendor_listed
        on preferred.platform = vendor_listed.platform
            and preferred.identity_type = vendor_listed.identity_type
            and preferred.identity_id = vendor_listed.identity_id
    where preferred.preference = 1
),

-- Out of force it owns nothing, but an exception that has ended was a register row all the same.
excepted as (
    select
        seen_identities.platform,
        seen_identities.identity_type,
        seen_identities.identity_id,
        seen_identities.segment_start,
        exceptions.use_case_id,
        exceptions.cost_centre_code,
        exceptions.environment,
        exceptions.exception_id,
        case when seen_identities.segment_start < exceptions.valid_to then 'in force' else 'ended' end as register_state,
        false as is_vendor_listed

    from seen_identities
    inner join exceptions
        on seen_identities.identity_type = exceptions.identity_type
            and (
                seen_identities.identity_id = exceptions.identity_id
                or seen_identities.bare_namespace = exceptions.identity_id
            )
            and (exceptions.platform is null or seen_identities.platform = exceptions.platform)
            and seen_identities.segment_start >= exceptions.valid_from
),

unioned as (
    select * from matched
    union all
    select * from excepted
)

select * from unioned
