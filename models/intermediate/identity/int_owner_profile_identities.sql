{{ config(materialized='table') }}

with

owner_profiles as (
    select * from {{ ref('int_owner_profiles') }}
),

ownable_tags as (
    select
        tag_set,
        tag_key,
        tag_value

    from {{ ref('int_tag_sets') }}
    where is_ownable
    group by
        tag_set,
        tag_key,
        tag_value
),

identities as (
    {% for column, identity_type, rung, place in identity_columns() %}
    select
        owner_profile_id,
        platform,
        segment_start,
        '{{ identity_type }}' as identity_type,
        {{ column }} as identity_id,
        {{ rung }} as rung,
        {{ place }} as place

    from owner_profiles
    where {{ column }} is not null

    union all

    {% endfor %}
    select
        owner_profiles.owner_profile_id,
        owner_profiles.platform,
        owner_profiles.segment_start,
        'tag' as identity_type,
        ownable_tags.tag_key || '=' || ownable_tags.tag_value as identity_id,
        2 as rung,
        1 as place

    from owner_profiles
    inner join ownable_tags
        on owner_profiles.tag_set = ownable_tags.tag_set
)

select * from identities
