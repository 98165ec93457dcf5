with

splits as (
    select * from {{ ref('stg_registers__allocation_splits') }}
),

use_cases as (
    select * from {{ ref('stg_registers__use_cases') }}
),

cost_centres as (
    select * from {{ ref('int_cost_centres_succeeded') }}
),

-- A split row stands still between the changes of its cost centre, hence one row per segment of its validity.
named as (
    select
        splits.split_id,
        splits.use_case_id,
        splits.share_percent,
        coalesce(splits.cost_centre_code, use_cases.cost_centre_code) as named_cost_centre_code,
        greatest(splits.valid_from, coalesce(use_cases.valid_from, splits.valid_from)) as valid_from,
        least(splits.valid_to, coalesce(use_cases.valid_to, splits.valid_to)) as valid_to

    from splits
    left join use_cases
        on splits.cost_centre_code is null
            and splits.use_case_id = use_cases.use_case_id
            and splits.valid_from < use_cases.valid_to
            and splits.valid_to > use_cases.valid_from
),

receivers as (
    select
        named.split_id,
        cost_centres.paying_cost_centre_code as cost_centre_code,
        case when cost_centres.paying_cost_centre_code is not null then named.use_case_id end as use_case_id,
        case
            when cost_centres.paying_cost_centre_code is null
                then coalesce(cost_centres.dead_end_reason, 'unknown_cost_centre')
        end as unallocated_reason,
        cast(null as {{ dbt.type_string() }}) as identity_type,
        case
            when cost_centres.paying_cost_centre_code is null
                then coalesce(named.named_cost_centre_code, named.use_case_id)
        end as identity_id,
        named.share_percent,
        greatest(named.valid_from, coalesce(cost_centres.segment_start, named.valid_from)) as valid_from,
        least(named.valid_to, coalesce(cost_centres.segment_end, named.valid_to)) as valid_to

    from named
    left join cost_centres
        on named.named_cost_centre_code = cost_centres.cost_centre_code
            and cost_centres.segment_start < named.valid_to
            and cost_centres.segment_end > named.valid_from
)

select * from receivers
