-- Step-down: what goes onward never goes to a shared service of the same or an earlier tier, or cost would run in a circle.
-- Looks at who a part was for; under a sandbox the programme or the sponsor may pay it.
select
    allocations.pool_id,
    allocations.tier,
    services.cost_centre_code,
    services.tier as service_tier

from {{ ref('int_allocations_passed_on') }} as allocations
inner join {{ ref('int_shared_services') }} as services
    on allocations.assigned_cost_centre_code = services.cost_centre_code
        and services.tier <= allocations.tier
        and cast(allocations.accounting_month as timestamp) >= services.valid_from
        and cast(allocations.accounting_month as timestamp) < services.valid_to
where allocations.tier > 1
