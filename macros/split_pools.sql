{#-
    Pools cut among their receivers, exact to 10⁻¹⁰. A query, for a model or in brackets behind a CTE's name.

    pools: relation with pool_id, method and the three costs. drivers: relation with one row per pool and receiver
    under the method chosen (as int_pool_drivers_chosen). A pool without a driver is one unallocated part.
-#}
{% macro split_pools(pools, drivers) %}
with

pools as (
    select * from {{ pools }}
),

drivers as (
    select * from {{ drivers }}
),

weighted_pools as (
    select
        pools.pool_id,
        drivers.attempt,
        drivers.attempt_method,
        drivers.cost_centre_code,
        drivers.use_case_id,
        drivers.unallocated_reason,
        drivers.identity_type,
        drivers.identity_id,
        drivers.is_idle,
        drivers.driver_quantity,
        cast(sum(drivers.driver_quantity) over (partition by pools.pool_id) as {{ column_type('quantity') }})
            as driver_quantity_total,
        drivers.driver_units,
        pools.billed_cost,
        pools.effective_cost,
        pools.reporting_cost

    from pools
    inner join drivers
        on pools.pool_id = drivers.pool_id
),

{{ apportion(
    relation='weighted_pools',
    whole='pool_id',
    weight='driver_units',
    measures=['billed_cost', 'effective_cost', 'reporting_cost'],
    tie_break="case when unallocated_reason is null then 0 else 1 end asc nulls last, driver_units desc nulls last,"
    ~ " cost_centre_code asc nulls last, coalesce(use_case_id, '') asc nulls last,"
    ~ " identity_type asc nulls last, identity_id asc nulls last, unallocated_reason asc nulls last,"
    ~ " case when is_idle then 1 else 0 end asc nulls last"
) }},

-- A pool that no driver reaches is still owed: it stays whole, unallocated.
parts as (
    select
        pools.pool_id,
        coalesce(split_parts.attempt, 0) as attempt,
        coalesce(split_parts.attempt_method, pools.method) as driver,
        split_parts.cost_centre_code,
        split_parts.use_case_id,
        case when split_parts.pool_id is null then 'zero_driver' else split_parts.unallocated_reason end
            as unallocated_reason,
        split_parts.identity_type,
        split_parts.identity_id,
        coalesce(split_parts.is_idle, false) as is_idle,
        coalesce(split_parts.driver_quantity, 0) as driver_numerator,
        coalesce(split_parts.driver_quantity_total, 0) as driver_denominator,
        coalesce(split_parts.driver_units, 0) as driver_units,
        coalesce(split_parts.weight_total, 0) as driver_units_total,
        case when split_parts.pool_id is null then pools.billed_cost else split_parts.billed_cost_part end as billed_cost,
        case when split_parts.pool_id is null then pools.effective_cost else split_parts.effective_cost_part end
            as effective_cost,
        case when split_parts.pool_id is null then pools.reporting_cost else split_parts.reporting_cost_part end
            as reporting_cost

    from pools
    left join weighted_pools_apportioned as split_parts
        on pools.pool_id = split_parts.pool_id
)

select * from parts
{% endmacro %}
