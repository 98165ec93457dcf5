{{ config(materialized='table') }}

{#- A user, or a resource beside other identities, only multiplies rows unless some register can tell it apart. -#}
{% set plain_identities = identity_columns() | map('first') | reject('in', ['resource_id', 'user_id']) | list %}
{% set plain = [
    'platform', 'metric', 'token_type', 'model', 'service_tier', 'context_window', 'environment',
    'provider', 'bill_identity_id', 'logged_currency',
] + plain_identities %}
{% set metered = plain + ['feature', 'resource_id', 'user_id', 'tags'] %}

with

-- Usage repeats what it names, row after row and day after day: each combination is looked at once.
combinations as (
    select {{ metered | join(', ') }}
    from {{ ref('int_usage_unioned') }}
    group by {{ metered | join(', ') }}
),

tag_sets as (
    select
        tags,
        max(tag_set) as tag_set,
        max(case when is_ownable then tag_set end) as ownable_tag_set

    from {{ ref('int_tag_sets') }}
    group by tags
),

feature_tags as (
    select * from {{ ref('int_feature_tags') }}
),

telling_resources as (
    select * from {{ ref('int_telling_values') }}
    where match_column = 'resource_id'
),

telling_users as (
    select * from {{ ref('int_telling_values') }}
    where match_column = 'user_id'
),

described as (
    select
        combinations.{{ plain | join(', combinations.') }},
        combinations.feature as metered_feature,
        coalesce(feature_tags.feature, combinations.feature) as feature,
        combinations.resource_id as metered_resource_id,
        combinations.user_id as metered_user_id,
        combinations.tags as metered_tags,
        case
            when telling_resources.seen_value is not null
                or coalesce(combinations.{{ plain_identities | join(', combinations.') }}, tag_sets.ownable_tag_set) is null
                then combinations.resource_id
        end as resource_id,
        case
            when telling_users.seen_value is not null
                or coalesce(
                    combinations.{{ plain_identities | join(', combinations.') }},
                    combinations.resource_id,
                    tag_sets.ownable_tag_set
                ) is null
                -- Active users are told apart, so each stays who it is.
                or combinations.metric = 'active_days'
                then combinations.user_id
        end as user_id,
        tag_sets.tag_set

    from combinations
    left join tag_sets
        on combinations.tags = tag_sets.tags
    left join feature_tags
        on combinations.tags = feature_tags.tags
    left join telling_resources
        on combinations.resource_id = telling_resources.seen_value
    left join telling_users
        on combinations.user_id = telling_users.seen_value
),

keyed as (
    select
        {{ hash_key(plain + ['feature', 'resource_id', 'user_id', 'tag_set']) }} as usage_profile_id,
        described.*

    from described
),

-- Millions of rows are grouped by a number in a third of the time that a text takes.
numbered as (
    select
        dense_rank() over (order by usage_profile_id asc nulls last) as usage_profile_number,
        keyed.*

    from keyed
)

select * from numbered
