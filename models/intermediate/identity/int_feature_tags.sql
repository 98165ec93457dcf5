{{ config(materialized='table') }}

with

settings as (
    select
        value,
        row_number() over (order by valid_from desc nulls last, valid_to desc nulls last) as age_rank

    from {{ ref('stg_registers__policy') }}
    where setting = 'feature_tag_keys'
),

-- A name moves no money: the newest list holds for all that is open, so that a feature is not renamed between two months.
newest as (
    select value
    from settings
    where age_rank = 1
),

listed as (
    {{ explode_text('newest', 'value') }}
),

feature_keys as (
    select
        {{ normalised_tag_key('item') }} as tag_key,
        min(item_position) as list_position

    from listed
    group by {{ normalised_tag_key('item') }}
),

pairs as (
    select * from {{ ref('int_tag_pairs') }}
),

-- Of two tags that name a feature the one whose key is listed first speaks.
ranked as (
    select
        pairs.tags,
        pairs.tag_value as feature,
        row_number() over (partition by pairs.tags order by feature_keys.list_position asc nulls last) as turn

    from pairs
    inner join feature_keys
        on pairs.tag_key = feature_keys.tag_key
),

named as (
    select
        tags,
        feature

    from ranked
    where turn = 1
)

select * from named
