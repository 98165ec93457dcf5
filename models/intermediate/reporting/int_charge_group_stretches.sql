with

charges as (
    select * from {{ ref('int_charges_converted') }}
),

grouped as (
    select * from {{ ref('int_charges_grouped') }}
),

periods as (
    select
        grouped.charge_group_id,
        cast(charges.charge_period_start as date) as first_date,
        -- The end is exclusive: midnight belongs to the day before.
        cast({{ add_seconds('charges.charge_period_end', -1) }} as date) as last_date

    from charges
    inner join grouped
        on charges.x_charge_id = grouped.charge_id
),

stretches as (
    select
        charge_group_id,
        min(first_date) as first_date,
        min(last_date) as last_date

    from periods
    group by charge_group_id
    having min(last_date) > min(first_date)
)

select * from stretches
