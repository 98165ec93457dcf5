{#- A table, not a view: JSON is read once per distinct set of tags, however often the bill is read. -#}
{{ config(materialized='table') }}

with

lines as (
    select * from {{ ref('stg_focus__lines') }}
),

distinct_tags as (
    select
        tag_key,
        max(tags) as tags,
        max(x_cost_categories) as cost_categories

    from lines
    group by tag_key
),

as_objects as (
    select
        tag_key,
        {{ tags_from_pairs('tags') }} as tags,
        {{ tags_from_pairs('cost_categories') }} as cost_categories

    from distinct_tags
),

merged as (
    select
        tag_key,
        {{ merged_json_objects(['cost_categories', 'tags']) }} as tags

    from as_objects
),

members as (
    {{ explode_json_object('merged', 'tags') }}
),

environments as (
    {{ tagged_environments('members', 'tag_key') }}
),

with_environment as (
    select
        merged.tag_key,
        merged.tags,
        environments.environment

    from merged
    left join environments
        on merged.tag_key = environments.tag_key
    where merged.tags is not null
)

select * from with_environment
