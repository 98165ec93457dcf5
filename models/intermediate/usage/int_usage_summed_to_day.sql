{{ config(materialized='table') }}

{#- A profile's columns that stand as they were metered, then those that have another value beside it. -#}
{% set plain = [
    'platform', 'metric', 'token_type', 'model', 'service_tier', 'context_window', 'environment',
    'provider', 'bill_identity_id', 'logged_currency',
] + (identity_columns() | map('first') | reject('in', ['resource_id', 'user_id']) | list) %}

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

profiles as (
    select * from {{ ref('int_usage_profiles') }}
),

summed as (
    select
        profiles.usage_profile_number,
        cast(sum(usage_rows.quantity) as {{ column_type('quantity') }}) as quantity,
        cast(sum(usage_rows.logged_cost) as {{ column_type('money') }}) as logged_cost,
        usage_rows.usage_date,
        day_segments.segment_start

    from usage_rows
    left join day_segments
        on usage_rows.usage_date = day_segments.segment_date
            and usage_rows.period_start >= day_segments.from_at
            and usage_rows.period_start < day_segments.to_at
    left join profiles
        on usage_rows.resource_id is not distinct from profiles.metered_resource_id
            and usage_rows.user_id is not distinct from profiles.metered_user_id
            and usage_rows.tags is not distinct from profiles.metered_tags
            and usage_rows.feature is not distinct from profiles.metered_feature
            {% for column in plain %}
            and usage_rows.{{ column }} is not distinct from profiles.{{ column }}
            {% endfor %}
    group by
        profiles.usage_profile_number,
        usage_rows.usage_date,
        day_segments.segment_start
)

select * from summed
