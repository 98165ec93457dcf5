{{ config(materialized='table') }}

{#- A user, or a resource beside other identities, only multiplies rows unless some register can tell it apart. -#}
{% set plain_identities = identity_columns() | map('first') | reject('in', ['resource_id', 'user_id']) | list %}

with

usage_rows as (
    select
        usage_rows.*,
        cast(usage_rows.period_start as date) as usage_date

    from {{ ref('int_usage_spread_over_days') }} as usage_rows
),

day_segments as (
    select * from {{ ref('int_day_segments') }}
),

tag_sets as (
    select
        tags,
        max(tag_set) as tag_set,
        max(case when is_ownable then tag_set end) as ownable_tag_set

    from {{ ref('int_tag_sets') }}
    group by tags
),

telling_resources as (
    select * from {{ ref('int_telling_values') }}
    where match_column = 'resource_id'
),

telling_users as (
    select * from {{ ref('int_telling_values') }}
    where match_column = 'user_id'
),

aggregated as (
    select
        usage_rows.usage_date,
        day_segments.segment_start,
        usage_rows.platform,
        usage_rows.metric,
        usage_rows.token_type,
        usage_rows.model,
        usage_rows.service_tier,
        usage_rows.context_window,
        usage_rows.feature,
        usage_rows.environment,
        usage_rows.provider,
        usage_rows.bill_identity_id,
        usage_rows.logged_currency,
        {% for column in plain_identities %}
        usage_rows.{{ column }},
        {% endfor %}
        case
            when telling_resources.seen_value is not null
                or coalesce({{ plain_identities | join(', ') }}, tag_sets.ownable_tag_set) is null
                then usage_rows.resource_id
        end as resource_id,
        case
            when telling_users.seen_value is not null
                or coalesce({{ plain_identities | join(', ') }}, usage_rows.resource_id, tag_sets.ownable_tag_set) is null
                -- Active users are told apart, so each stays who it is.
                or usage_rows.metric = 'active_days'
                then usage_rows.user_id
        end as user_id,
        tag_sets.tag_set,
        cast(sum(usage_rows.quantity) as {{ column_type('quantity') }}) as quantity,
        cast(sum(usage_rows.logged_cost) as {{ column_type('money') }}) as logged_cost

    from usage_rows
    left join day_segments
        on usage_rows.usage_date = day_segments.segment_date
            and usage_rows.period_start >= day_segments.from_at
            and usage_rows.period_start < day_segments.to_at
    left join tag_sets
        on usage_rows.tags = tag_sets.tags
    left join telling_resources
        on usage_rows.resource_id = telling_resources.seen_value
    left join telling_users
        on usage_rows.user_id = telling_users.seen_value
    group by
        {% for _ in range(13 + plain_identities | length + 3) %}{{ loop.index }}{{ ", " if not loop.last }}{% endfor %}
),

profiled as (
    select
        aggregated.*,
        {{ hash_key(['platform', 'segment_start'] + (identity_columns() | map('first') | list) + ['tag_set']) }}
            as owner_profile_id

    from aggregated
)

select * from profiled
