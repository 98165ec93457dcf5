with

members as (
    select * from {{ ref('int_pool_members') }}
),

direct_charges as (
    select * from {{ ref('int_direct_charges_assigned') }}
),

pool_drivers as (
    select * from {{ ref('int_pool_drivers_chosen') }}
),

credits as (
    select * from members
    where credited_group_id is not null
),

-- What the credited charge's own receivers took: the one receiver of a direct charge, or the shares of its pool.
receivers as (
    select
        credits.pool_id,
        'credited_charge' as driver,
        direct_charges.cost_centre_code,
        case when direct_charges.unallocated_reason is null then direct_charges.use_case_id end as use_case_id,
        direct_charges.unallocated_reason,
        case when direct_charges.unallocated_reason is not null then direct_charges.identity_type end as identity_type,
        case when direct_charges.unallocated_reason is not null then direct_charges.identity_id end as identity_id,
        false as is_idle,
        cast(1 as {{ column_type('quantity') }}) as driver_quantity,
        cast(1 as decimal(38, 0)) as driver_units

    from credits
    inner join direct_charges
        on credits.credited_group_id = direct_charges.charge_group_id

    union all

    select
        credits.pool_id,
        -- The programme gets back what fell back to it, as central funding.
        case when pool_drivers.attempt_method = 'central' then 'central' else 'credited_charge' end as driver,
        pool_drivers.cost_centre_code,
        pool_drivers.use_case_id,
        pool_drivers.unallocated_reason,
        pool_drivers.identity_type,
        pool_drivers.identity_id,
        pool_drivers.is_idle,
        pool_drivers.driver_quantity,
        pool_drivers.driver_units

    from credits
    inner join members as credited_members
        on credits.credited_group_id = credited_members.charge_group_id
    inner join pool_drivers
        on credited_members.pool_id = pool_drivers.pool_id
)

select * from receivers
