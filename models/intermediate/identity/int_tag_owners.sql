with

profile_tags as (
    select
        owner_profile_id,
        segment_start,
        substr(identity_id, 1, instr(identity_id, '=') - 1) as tag_key,
        substr(identity_id, instr(identity_id, '=') + 1) as tag_value

    from {{ ref('int_owner_profile_identities') }}
    where identity_type = 'tag'
),

ownership_keys as (
    select * from {{ ref('int_ownership_tag_keys') }}
),

cost_centres as (
    select cost_centre_code
    from {{ ref('stg_registers__cost_centres') }}
    group by cost_centre_code
),

use_cases as (
    select use_case_id
    from {{ ref('stg_registers__use_cases') }}
    group by use_case_id
),

-- Under a listed key a value owns only if it is itself a code of the register; anything else is a typing error to mend.
named as (
    select
        profile_tags.owner_profile_id,
        profile_tags.tag_key || '=' || profile_tags.tag_value as identity_id,
        ownership_keys.names,
        coalesce(cost_centres.cost_centre_code, use_cases.use_case_id) as owner_code,
        row_number() over (
            partition by profile_tags.owner_profile_id, ownership_keys.names
            order by ownership_keys.list_position asc nulls last, profile_tags.tag_key asc nulls last
        ) as preference

    from profile_tags
    inner join ownership_keys
        on profile_tags.tag_key = ownership_keys.tag_key
            and profile_tags.segment_start >= ownership_keys.valid_from
            and profile_tags.segment_start < ownership_keys.valid_to
    left join cost_centres
        on profile_tags.tag_value = cost_centres.cost_centre_code
            and ownership_keys.names = 'cost_centre'
    left join use_cases
        on profile_tags.tag_value = use_cases.use_case_id
            and ownership_keys.names = 'use_case'
    where cost_centres.cost_centre_code is not null or use_cases.use_case_id is not null
),

owners as (
    select
        owner_profile_id,
        coalesce(
            max(case when names = 'cost_centre' then identity_id end),
            max(case when names = 'use_case' then identity_id end)
        ) as identity_id,
        max(case when names = 'cost_centre' then owner_code end) as cost_centre_code,
        max(case when names = 'use_case' then owner_code end) as use_case_id

    from named
    where preference = 1
    group by owner_profile_id
)

select * from owners
