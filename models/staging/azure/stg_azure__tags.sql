{#- A table, not a view: JSON is read once per distinct set of tags, however often the bill is read. -#}
{{ config(materialized='table') }}

with

cost_lines as (
    select * from {{ ref('stg_azure__cost_lines') }}
    where tags is not null
),

distinct_tags as (
    select
        tag_key,
        max(tags) as tags

    from cost_lines
    group by tag_key
),

as_objects as (
    select
        tag_key,
        {{ braced_json_object('tags') }} as tags

    from distinct_tags
),

members as (
    {{ explode_json_object('as_objects', 'tags') }}
),

environments as (
    {{ tagged_environments('members', 'tag_key') }}
),

with_environment as (
    select
        as_objects.tag_key,
        as_objects.tags,
        environments.environment

    from as_objects
    left join environments
        on as_objects.tag_key = environments.tag_key
    where as_objects.tags is not null
)

select * from with_environment
