-- A part of a pool differs from its exact share by less than one unit of 10⁻¹⁰, in every measure: |part × W − whole × w| < W.
-- A sum can be right on a wrong split; this looks at each row.
with

allocations as (
    select * from {{ ref('int_allocations_passed_on') }}
),

wholes as (
    select
        pool_id,
        billed_cost,
        effective_cost,
        reporting_cost

    from {{ ref('int_pools_collected') }}

    union all

    select
        onward_pool_id as pool_id,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(reporting_cost) as reporting_cost

    from allocations
    where onward_pool_id is not null
    group by onward_pool_id
),

-- A part that was cut at a sandbox's cap is put together again.
parts as (
    select
        pool_id,
        max(driver_units) as driver_units,
        max(driver_units_total) as driver_units_total,
        sum(billed_cost) as billed_cost,
        sum(effective_cost) as effective_cost,
        sum(reporting_cost) as reporting_cost

    from allocations
    where pool_id is not null and driver_units_total > 0
    group by
        pool_id,
        assigned_cost_centre_code,
        use_case_id,
        identity_type,
        identity_id,
        case when assigned_cost_centre_code is null then unallocated_reason end
),

compared as (
    select
        parts.pool_id,
        parts.driver_units,
        parts.driver_units_total,
        {{ to_units('parts.billed_cost') }} as billed_part,
        {{ to_units('parts.effective_cost') }} as effective_part,
        {{ to_units('parts.reporting_cost') }} as reporting_part,
        {{ to_units('wholes.billed_cost') }} as billed_whole,
        {{ to_units('wholes.effective_cost') }} as effective_whole,
        {{ to_units('wholes.reporting_cost') }} as reporting_whole

    from parts
    inner join wholes
        on parts.pool_id = wholes.pool_id
)

select *
from compared
where abs(billed_part * driver_units_total - billed_whole * driver_units) >= driver_units_total
    or abs(effective_part * driver_units_total - effective_whole * driver_units) >= driver_units_total
    or abs(reporting_part * driver_units_total - reporting_whole * driver_units) >= driver_units_total
