{{ config(materialized='table') }}

with

tag_texts as (
    select tags from {{ ref('int_charges_unioned') }}
    union all
    select tags from {{ ref('int_usage_unioned') }}
),

distinct_tag_texts as (
    select tags
    from tag_texts
    where tags is not null
    group by tags
),

members as (
    {{ explode_json_object('distinct_tag_texts', 'tags') }}
),

-- Two spellings of one key on one charge: the lower value wins, on every engine and in every row order.
pairs as (
    select
        tags,
        {{ normalised_tag_key('member_key') }} as tag_key,
        min(trim(member_value)) as tag_value

    from members
    where trim(member_value) <> ''
    group by
        tags,
        {{ normalised_tag_key('member_key') }}
)

select * from pairs
