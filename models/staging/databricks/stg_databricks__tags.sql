{#- A table, not a view: maps are read once per distinct set of tags, however often the bill is read. -#}
{{ config(materialized='table') }}

with

distinct_tags as (
    select
        {{ hash_key(['custom_tags']) }} as tag_key,
        max({{ merged_json_objects(['custom_tags', "'{}'"]) }}) as tags

    from {{ source('databricks', 'usage') }}
    where custom_tags is not null
    group by {{ hash_key(['custom_tags']) }}
),

members as (
    {{ explode_json_object('distinct_tags', 'tags') }}
),

environments as (
    {{ tagged_environments('members', 'tag_key') }}
),

with_environment as (
    select
        distinct_tags.tag_key,
        distinct_tags.tags,
        environments.environment

    from distinct_tags
    left join environments
        on distinct_tags.tag_key = environments.tag_key
    where distinct_tags.tags is not null
)

select * from with_environment
