{#- After how many days without a charge and without usage an identity is silent. -#}
{% set silent_days = 90 %}

with

registered as (
    select * from {{ ref('int_registered_identities') }}
    where exception_id is null
),

identities as (
    select * from {{ ref('int_owner_profile_identities') }}
),

activity as (
    select * from {{ ref('int_owner_profile_activity') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

in_force as (
    select
        registered.platform,
        registered.identity_type,
        registered.identity_id,
        registered.use_case_id,
        registered.cost_centre_code,
        registered.valid_from,
        as_of.as_of_date

    from registered
    inner join as_of
        on registered.valid_from <= {{ add_days('as_of.as_of_date', -silent_days) }}
            and registered.valid_to >= {{ add_days('as_of.as_of_date', 1) }}
),

seen as (
    select
        identities.platform,
        identities.identity_type,
        identities.identity_id,
        case
            when identities.identity_type = 'namespace' and instr(identities.identity_id, '/') > 0
                then substr(identities.identity_id, instr(identities.identity_id, '/') + 1)
        end as bare_namespace,
        cast(sum(activity.reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        cast(sum(activity.token_count) as {{ column_type('whole') }}) as token_count,
        cast(sum(activity.request_count) as {{ column_type('whole') }}) as request_count,
        min(activity.first_seen_date) as first_seen_date,
        max(activity.last_seen_date) as last_seen_date

    from identities
    inner join activity
        on identities.owner_profile_id = activity.owner_profile_id
    group by
        identities.platform,
        identities.identity_type,
        identities.identity_id
),

met as (
    select
        in_force.platform,
        in_force.identity_type,
        in_force.identity_id,
        in_force.use_case_id,
        in_force.cost_centre_code,
        in_force.valid_from,
        in_force.as_of_date,
        cast(sum(seen.reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        cast(sum(seen.token_count) as {{ column_type('whole') }}) as token_count,
        cast(sum(seen.request_count) as {{ column_type('whole') }}) as request_count,
        min(seen.first_seen_date) as first_seen_date,
        max(seen.last_seen_date) as last_seen_date

    from in_force
    left join seen
        on in_force.identity_type = seen.identity_type
            and in_force.identity_id in (seen.identity_id, seen.bare_namespace)
            and (in_force.platform is null or in_force.platform = seen.platform)
    group by
        in_force.platform,
        in_force.identity_type,
        in_force.identity_id,
        in_force.use_case_id,
        in_force.cost_centre_code,
        in_force.valid_from,
        in_force.as_of_date
),

silent as (
    select
        platform,
        identity_type,
        identity_id,
        use_case_id,
        cost_centre_code,
        coalesce(reporting_cost, 0) as reporting_cost,
        coalesce(token_count, 0) as token_count,
        coalesce(request_count, 0) as request_count,
        first_seen_date,
        last_seen_date,
        cast(valid_from as date) as registered_from_date

    from met
    where last_seen_date is null or last_seen_date <= cast({{ add_days('as_of_date', -silent_days) }} as date)
)

select * from silent
