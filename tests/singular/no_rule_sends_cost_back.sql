-- A rule of a tier names no shared service of the same or an earlier tier as its receiver, successors followed: the share
-- agreed for it would silently go to the others. `chargeback check` names the circle.
select
    pools.rule_id,
    pools.rule_version,
    pools.sender_code,
    services.cost_centre_code as receiver_code,
    pools.accounting_month

from {{ ref('int_onward_pools') }} as pools
inner join {{ ref('int_pool_attempts') }} as attempts
    on pools.pool_id = attempts.pool_id
inner join {{ ref('int_driver_quantities') }} as drivers
    on attempts.driver_id = drivers.driver_id
inner join {{ ref('int_shared_services') }} as services
    on drivers.cost_centre_code = services.cost_centre_code
        and services.tier <= pools.tier
        and pools.period_start >= services.valid_from
        and pools.period_start < services.valid_to
where attempts.attempt_method in ('fixed', 'split', 'even', 'central')
