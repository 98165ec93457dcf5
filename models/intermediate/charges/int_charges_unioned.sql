with

charges as (
    select * from {{ ref('int_charges_landed') }}
),

overlapping as (
    select charge_id from {{ ref('int_overlapping_charges') }}
),

-- What another bill already says is kept apart, in fct_overlapping_charges.
counting as (
    select charges.*

    from charges
    left join overlapping
        on charges.x_charge_id = overlapping.charge_id
    where overlapping.charge_id is null
)

select * from counting
