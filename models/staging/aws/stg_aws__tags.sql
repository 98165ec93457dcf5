{#- A table, not a view: maps are merged once per distinct set of tags, however often the bill is read. -#}
{{ config(materialized='table') }}

with

cur_lines as (
    select * from {{ ref('stg_aws__cur_lines') }}
),

distinct_tags as (
    select
        tag_key,
        max(resource_tags) as resource_tags,
        max(tags) as all_tags,
        max(cost_category) as cost_category

    from cur_lines
    group by tag_key
),

merged as (
    select
        tag_key,
        {{ merged_json_objects(['resource_tags', 'cost_category', 'all_tags']) }} as tags

    from distinct_tags
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
