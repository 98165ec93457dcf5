with

charges as (
    select * from {{ ref('int_charges_converted') }}
),

identities as (
    select * from {{ ref('int_registered_identities') }}
    where identity_type = 'api_key'
),

-- A bill line over several days, on a key whose register changes inside them, belongs to more than one owner.
moved_lumps as (
    select charges.x_charge_id

    from charges
    inner join identities
        on charges.x_api_key_id = identities.identity_id
            and (identities.platform is null or charges.x_platform = identities.platform)
    where charges.charge_period_end > {{ add_days("date_trunc('day', charges.charge_period_start)", 1) }}
        and (
            (
                identities.valid_from > charges.charge_period_start
                and identities.valid_from < charges.charge_period_end
            )
            or (
                identities.valid_to > charges.charge_period_start
                and identities.valid_to < charges.charge_period_end
            )
        )
    group by charges.x_charge_id
),

coarse as (
    select
        charges.x_charge_id,
        charges.x_platform as platform,
        lower(charges.x_model) as model,
        charges.x_token_type as token_type,
        case when moved_lumps.x_charge_id is not null then charges.x_api_key_id end as api_key_id,
        coalesce(charges.x_project_id, charges.x_workspace_id, '') as container_id,
        moved_lumps.x_charge_id is not null as is_moved_lump,
        charges.charge_period_start,
        charges.charge_period_end,
        charges.billed_cost,
        charges.effective_cost,
        charges.list_cost,
        charges.contracted_cost,
        charges.x_reporting_cost,
        coalesce(charges.x_token_count, 0) as x_token_count,
        coalesce(charges.consumed_quantity, 0) as consumed_quantity,
        coalesce(charges.pricing_quantity, 0) as pricing_quantity

    from charges
    left join moved_lumps
        on charges.x_charge_id = moved_lumps.x_charge_id
    where moved_lumps.x_charge_id is not null
        or (charges.x_is_coarse and coalesce(charges.x_model, charges.x_token_type) is not null)
)

select * from coarse
