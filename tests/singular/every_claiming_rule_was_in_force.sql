-- A direct rule was in force at the charge's start, a pool's rule at the start of the pool's month or day.
select
    charges.charge_id,
    claimed.rule_id,
    claimed.rule_version

from {{ ref('int_charges_profiled') }} as charges
inner join {{ ref('int_profiles_claimed') }} as claimed
    on charges.profile_id = claimed.profile_id
inner join {{ ref('int_allocation_rules') }} as rules
    on claimed.rule_key = rules.rule_key
where not (
    rules.valid_from <= case
        when not rules.is_pooled then charges.charge_period_start
        when rules.driver_grain = 'day' then cast(charges.charge_date as timestamp)
        else cast(charges.accounting_month as timestamp)
    end
    and rules.valid_to > case
        when not rules.is_pooled then charges.charge_period_start
        when rules.driver_grain = 'day' then cast(charges.charge_date as timestamp)
        else cast(charges.accounting_month as timestamp)
    end
)
