{#- A table, not a view: maps are merged once per distinct set of labels, however often the bill is read. -#}
{{ config(materialized='table') }}

with

lines as (
    select * from {{ ref('stg_gcp__lines') }}
),

distinct_tags as (
    select
        tag_key,
        max(project_labels) as project_labels,
        max(system_labels) as system_labels,
        max(resource_tags) as resource_tags,
        max(labels) as labels

    from lines
    group by tag_key
),

-- A label of the resource or the request is nearer the use than a tag, and that than a label of the project: of a key in
-- several, the last one's value stays.
paired as (
    select
        tag_key,
        {%- for column in ['project_labels', 'system_labels', 'resource_tags', 'labels'] %}
        {{ tags_from_pairs(column) }} as {{ column }}_object{{ "," if not loop.last }}
        {%- endfor %}

    from distinct_tags
),

merged as (
    select
        tag_key,
        {{ merged_json_objects([
            'project_labels_object', 'system_labels_object', 'resource_tags_object', 'labels_object',
        ]) }} as tags

    from paired
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
