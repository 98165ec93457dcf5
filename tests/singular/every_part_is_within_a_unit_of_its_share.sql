-- A part of a pool differs from its exact share by less than one unit of 10⁻¹⁰, in every measure: |part × W − whole × w| < W.
-- A sum can be right on a wrong split; this looks at each row.
with

parts as (
    select
        parts.pool_id,
        parts.driver_units,
        parts.driver_units_total,
        {{ to_units('parts.billed_cost') }} as billed_part,
        {{ to_units('parts.effective_cost') }} as effective_part,
        {{ to_units('parts.reporting_cost') }} as reporting_part,
        {{ to_units('pools.billed_cost') }} as billed_whole,
        {{ to_units('pools.effective_cost') }} as effective_whole,
        {{ to_units('pools.reporting_cost') }} as reporting_whole

    from {{ ref('int_pools_split_by_driver') }} as parts
    inner join {{ ref('int_pools_collected') }} as pools
        on parts.pool_id = pools.pool_id
    where parts.driver_units_total > 0
)

select *
from parts
where abs(billed_part * driver_units_total - billed_whole * driver_units) >= driver_units_total
    or abs(effective_part * driver_units_total - effective_whole * driver_units) >= driver_units_total
    or abs(reporting_part * driver_units_total - reporting_whole * driver_units) >= driver_units_total
