{{ config(materialized='table') }}

with

owned as (
    select * from {{ ref('int_owner_profiles_owned') }}
),

use_cases as (
    select * from {{ ref('stg_registers__use_cases') }}
),

cost_centres as (
    select * from {{ ref('int_cost_centres_succeeded') }}
),

-- Where a row names both, its own cost centre pays; else the use case's.
named as (
    select
        owned.owner_profile_id,
        owned.platform,
        owned.segment_start,
        owned.owner_rung,
        owned.identity_type,
        owned.identity_id,
        owned.use_case_id,
        owned.environment,
        owned.lookup_reason,
        coalesce(owned.cost_centre_code, use_cases.cost_centre_code) as named_cost_centre_code

    from owned
    left join use_cases
        on owned.use_case_id = use_cases.use_case_id
            and owned.segment_start >= use_cases.valid_from
            and owned.segment_start < use_cases.valid_to
),

resolved as (
    select
        named.*,
        case when named.lookup_reason is null then cost_centres.paying_cost_centre_code end as cost_centre_code,
        case
            when named.lookup_reason is not null then named.lookup_reason
            when cost_centres.paying_cost_centre_code is not null then null
            else coalesce(cost_centres.dead_end_reason, 'unknown_cost_centre')
        end as unallocated_reason

    from named
    left join cost_centres
        on named.named_cost_centre_code = cost_centres.cost_centre_code
            and named.segment_start = cost_centres.segment_start
)

select * from resolved
