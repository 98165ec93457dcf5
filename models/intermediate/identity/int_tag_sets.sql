{{ config(materialized='table') }}

with

pairs as (
    select * from {{ ref('int_tag_pairs') }}
),

ownership_keys as (
    select tag_key
    from {{ ref('int_ownership_tag_keys') }}
    group by tag_key
),

registered_keys as (
    select substr(identity_id, 1, instr(identity_id, '=') - 1) as tag_key
    from {{ ref('int_registered_identities') }}
    where identity_type = 'tag' and instr(identity_id, '=') > 0
    group by substr(identity_id, 1, instr(identity_id, '=') - 1)
),

ownable_keys as (
    select tag_key from ownership_keys
    union all
    select tag_key from registered_keys
),

distinct_ownable_keys as (
    select tag_key
    from ownable_keys
    group by tag_key
),

tag_conditions as (
    select * from {{ ref('int_rule_conditions') }}
    where match_column = 'tag'
),

distinct_pairs as (
    select
        tag_key,
        tag_value

    from pairs
    group by
        tag_key,
        tag_value
),

matched_pairs as (
    select
        distinct_pairs.tag_key,
        distinct_pairs.tag_value

    from distinct_pairs
    inner join tag_conditions
        on lower(distinct_pairs.tag_key || '=' || distinct_pairs.tag_value)
            like tag_conditions.like_pattern escape '^'
    group by
        distinct_pairs.tag_key,
        distinct_pairs.tag_value
),

-- Every other tag is on the charge but tells nothing apart, and would only multiply the charge groups.
telling_pairs as (
    select
        pairs.tags,
        pairs.tag_key,
        pairs.tag_value,
        distinct_ownable_keys.tag_key is not null as is_ownable

    from pairs
    left join distinct_ownable_keys
        on pairs.tag_key = distinct_ownable_keys.tag_key
    left join matched_pairs
        on pairs.tag_key = matched_pairs.tag_key
            and pairs.tag_value = matched_pairs.tag_value
    where distinct_ownable_keys.tag_key is not null or matched_pairs.tag_key is not null
),

tag_sets as (
    select
        telling_pairs.tags,
        telling_pairs.tag_key,
        telling_pairs.tag_value,
        telling_pairs.is_ownable,
        named.tag_set

    from telling_pairs
    inner join (
        select
            tags,
            {{ sorted_text("tag_key || '=' || tag_value", 'chr(31)') }} as tag_set

        from telling_pairs
        group by tags
    ) as named
        on telling_pairs.tags = named.tags
)

select * from tag_sets
