-- Who owns a charge is the register row in force at the charge's own start, to the second, never today's row.
-- Looks at the charges themselves, not at the segments the engine works with.
with

owned_charges as (
    select
        charges.charge_id,
        charges.platform,
        charges.charge_period_start,
        owners.identity_type,
        owners.identity_id,
        owners.use_case_id,
        owners.named_cost_centre_code

    from {{ ref('int_charges_profiled') }} as charges
    inner join {{ ref('int_owners_resolved') }} as owners
        on charges.owner_profile_id = owners.owner_profile_id
    where owners.lookup_reason is null
        and owners.owner_rung not in ('exception', 'tag', 'user')
)

select owned_charges.*
from owned_charges
left join {{ ref('int_registered_identities') }} as registered
    on owned_charges.identity_type = registered.identity_type
        and (
            owned_charges.identity_id = registered.identity_id
            -- A namespace may be registered without its cluster.
            or owned_charges.identity_type = 'namespace'
            and substr(owned_charges.identity_id, instr(owned_charges.identity_id, '/') + 1) = registered.identity_id
        )
        and (registered.platform is null or owned_charges.platform = registered.platform)
        and coalesce(owned_charges.use_case_id, '') = coalesce(registered.use_case_id, '')
        and owned_charges.charge_period_start >= registered.valid_from
        and owned_charges.charge_period_start < registered.valid_to
where registered.identity_id is null
