{{ config(materialized='table') }}

with

owner_profiles as (
    select
        owner_profile_id,
        platform,
        segment_start

    from {{ ref('int_owner_profiles') }}
),

identities as (
    select * from {{ ref('int_owner_profile_identities') }}
),

matched as (
    select * from {{ ref('int_identities_matched_to_registers') }}
),

tag_owners as (
    select * from {{ ref('int_tag_owners') }}
),

-- Every identity with what the registers say of it; the exception rung comes first.
rungs as (
    select
        identities.owner_profile_id,
        identities.identity_type,
        identities.identity_id,
        case when matched.exception_id is not null then 1 else identities.rung end as rung,
        case when matched.exception_id is not null then identities.rung * 10 + identities.place else identities.place end
            as place,
        case when matched.exception_id is not null then 'exception' else identities.identity_type end as rung_name,
        matched.use_case_id,
        matched.cost_centre_code,
        matched.environment,
        matched.register_state = 'in force' as is_hit,
        case
            when matched.register_state = 'ended' then 'ownership_expired'
            when matched.register_state in ('in force', 'future') or matched.is_vendor_listed
                then 'identity_without_owner'
            else 'unknown_identity'
        end as miss_reason

    from identities
    left join matched
        on identities.platform = matched.platform
            and identities.identity_type = matched.identity_type
            and identities.identity_id = matched.identity_id
            and identities.segment_start = matched.segment_start

    union all

    -- A tag that is itself a code, behind a tag that the identity register names.
    select
        tag_owners.owner_profile_id,
        'tag' as identity_type,
        tag_owners.identity_id,
        2 as rung,
        2 as place,
        'tag' as rung_name,
        tag_owners.use_case_id,
        tag_owners.cost_centre_code,
        cast(null as {{ dbt.type_string() }}) as environment,
        true as is_hit,
        'unknown_identity' as miss_reason

    from tag_owners
),

ranked as (
    select
        rungs.*,
        row_number() over (
            partition by owner_profile_id
            order by
                -- The first rung with a row in force decides; without one, the most specific rung gives the reason.
                case when is_hit then 0 else 1 end asc nulls last,
                rung asc nulls last,
                case when is_hit then place end asc nulls last,
                case miss_reason
                    when 'ownership_expired' then 1 when 'identity_without_owner' then 2 else 3
                end asc nulls last,
                place asc nulls last,
                identity_id asc nulls last
        ) as preference

    from rungs
),

decided as (
    select * from ranked
    where preference = 1
),

owned as (
    select
        owner_profiles.owner_profile_id,
        owner_profiles.platform,
        owner_profiles.segment_start,
        decided.rung_name as owner_rung,
        decided.identity_type,
        decided.identity_id,
        -- A row that has ended gives the reason, and nothing of what it once said.
        case when decided.is_hit then decided.use_case_id end as use_case_id,
        case when decided.is_hit then decided.cost_centre_code end as cost_centre_code,
        case when decided.is_hit then decided.environment end as environment,
        case
            when decided.owner_profile_id is null then 'no_identity'
            when not decided.is_hit then decided.miss_reason
            when decided.use_case_id is null and decided.cost_centre_code is null then 'identity_without_owner'
        end as lookup_reason

    from owner_profiles
    left join decided
        on owner_profiles.owner_profile_id = decided.owner_profile_id
)

select * from owned
