-- Of two rules in force in one tier one has the lower priority: else the order of their rows would decide who pays.
select
    rules.rule_id,
    others.rule_id as other_rule_id,
    rules.tier,
    rules.priority

from {{ ref('stg_registers__allocation_rules') }} as rules
inner join {{ ref('stg_registers__allocation_rules') }} as others
    on rules.tier = others.tier
        and rules.priority = others.priority
        and rules.rule_id < others.rule_id
        and rules.valid_from < others.valid_to
        and rules.valid_to > others.valid_from
