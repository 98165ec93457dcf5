{#- A table, not a view: JSON is read once per distinct set of tags, however often the bill is read. -#}
{{ config(materialized='table') }}

with

lines as (
    select * from {{ source('cost_tools', 'costs') }}
    where tags is not null
),

distinct_tags as (
    select
        tags as tag_text,
        {{ tags_from_pairs('tags') }} as tags

    from lines
    group by tags
),

members as (
    {{ explode_json_object('distinct_tags', 'tags') }}
),

environments as (
    {{ tagged_environments('members', 'tag_text') }}
),

with_environment as (
    select
        distinct_tags.tag_text,
        distinct_tags.tags,
        environments.environment

    from distinct_tags
    left join environments
        on distinct_tags.tag_text = environments.tag_text
    where distinct_tags.tags is not null
)

select * from with_environment
