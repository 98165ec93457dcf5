{{ config(materialized='table') }}

with

conditions as (
    select * from {{ ref('int_rule_conditions') }}
    where match_column in ('sku', 'resource_id')
),

-- `*` also takes a missing value, so it does not tell one value from another.
telling_conditions as (
    select * from conditions
    where like_pattern <> '%'
),

seen_values as (
    select
        'sku' as match_column,
        x_sku as seen_value

    from {{ ref('int_charges_unioned') }}
    group by x_sku

    union all

    select
        'resource_id' as match_column,
        resource_id as seen_value

    from {{ ref('int_charges_unioned') }}
    group by resource_id

    union all

    select
        'resource_id' as match_column,
        resource_id as seen_value

    from {{ ref('int_usage_unioned') }}
    where resource_id is not null
    group by resource_id
),

matched_values as (
    select
        seen_values.match_column,
        seen_values.seen_value

    from seen_values
    inner join telling_conditions
        on seen_values.match_column = telling_conditions.match_column
            and lower(seen_values.seen_value) like telling_conditions.like_pattern escape '^'
),

registered_values as (
    select
        case identity_type when 'resource' then 'resource_id' else 'user_id' end as match_column,
        identity_id as seen_value

    from {{ ref('int_registered_identities') }}
    where identity_type in ('resource', 'user')

    union all

    select
        'user_id' as match_column,
        user_id as seen_value

    from {{ ref('stg_registers__people') }}
),

unioned as (
    select * from matched_values
    union all
    select * from registered_values
),

telling_values as (
    select
        match_column,
        seen_value

    from unioned
    where seen_value is not null
    group by
        match_column,
        seen_value
)

select * from telling_values
