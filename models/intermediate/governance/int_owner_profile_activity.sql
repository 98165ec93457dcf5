{{ config(materialized='table') }}

with

charges as (
    select * from {{ ref('int_charges_profiled') }}
),

usage_rows as (
    select * from {{ ref('int_usage_aggregated_to_day') }}
),

measured as (
    select
        owner_profile_id,
        charge_date as seen_date,
        reporting_cost,
        0 as token_count,
        0 as request_count

    from charges

    union all

    select
        owner_profile_id,
        usage_date as seen_date,
        cast(0 as {{ column_type('money') }}) as reporting_cost,
        case when token_type is not null then quantity else 0 end as token_count,
        case when metric = 'requests' then quantity else 0 end as request_count

    from usage_rows
),

activity as (
    select
        owner_profile_id,
        cast(sum(reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        cast(sum(token_count) as {{ column_type('whole') }}) as token_count,
        cast(sum(request_count) as {{ column_type('whole') }}) as request_count,
        min(seen_date) as first_seen_date,
        max(seen_date) as last_seen_date

    from measured
    group by owner_profile_id
)

select * from activity
