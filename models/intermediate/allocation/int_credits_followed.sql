with

groups as (
    select * from {{ ref('int_charge_groups') }}
),

credits as (
    select * from groups
    where credited_charge_id is not null
),

grouped_charges as (
    select
        charge_id,
        charge_group_id

    from {{ ref('int_charges_grouped') }}
    where credited_charge_id is null
),

-- A credit that names a charge no delivery holds is a charge like any other.
followed as (
    select
        credits.charge_group_id,
        grouped_charges.charge_group_id as credited_group_id

    from credits
    inner join grouped_charges
        on credits.credited_charge_id = grouped_charges.charge_id
)

select * from followed
