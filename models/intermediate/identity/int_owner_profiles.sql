{% set attributes = ['platform', 'segment_start', 'tag_set'] + (identity_columns() | map('first') | list) %}

with

unioned as (
    select owner_profile_id, {{ attributes | join(', ') }} from {{ ref('int_charge_profiles') }}
    union all
    select owner_profile_id, {{ attributes | join(', ') }} from {{ ref('int_usage_aggregated_to_day') }}
),

owner_profiles as (
    select
        owner_profile_id,
        {% for attribute in attributes %}
        max({{ attribute }}) as {{ attribute }}{{ "," if not loop.last }}
        {% endfor %}

    from unioned
    group by owner_profile_id
)

select * from owner_profiles
