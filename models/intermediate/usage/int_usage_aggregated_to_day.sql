{{ config(materialized='table') }}

{% set identities = identity_columns() | map('first') | list %}
{% set named = [
    'platform', 'metric', 'token_type', 'model', 'service_tier', 'context_window', 'feature', 'environment',
    'provider', 'bill_identity_id', 'logged_currency',
] + identities + ['tag_set'] %}

with

usage_by_day as (
    select * from {{ ref('int_usage_summed_to_day') }}
),

profiles as (
    select
        usage_profile_number,
        {{ named | join(', ') }}

    from {{ ref('int_usage_profiles') }}
    group by
        usage_profile_number,
        {{ named | join(', ') }}
),

profile_segments as (
    select
        usage_profile_number,
        segment_start

    from usage_by_day
    group by
        usage_profile_number,
        segment_start
),

-- An owner is looked for once per segment, not day by day.
owner_profiles as (
    select
        profile_segments.usage_profile_number,
        profile_segments.segment_start,
        {{ hash_key(['platform', 'segment_start'] + identities + ['tag_set']) }} as owner_profile_id

    from profile_segments
    left join profiles
        on profile_segments.usage_profile_number = profiles.usage_profile_number
),

profiled as (
    select
        usage_by_day.usage_date,
        usage_by_day.segment_start,
        profiles.{{ named | join(', profiles.') }},
        usage_by_day.quantity,
        usage_by_day.logged_cost,
        owner_profiles.owner_profile_id

    from usage_by_day
    left join profiles
        on usage_by_day.usage_profile_number = profiles.usage_profile_number
    left join owner_profiles
        on usage_by_day.usage_profile_number = owner_profiles.usage_profile_number
            and usage_by_day.segment_start = owner_profiles.segment_start
)

select * from profiled
