-- A bill line that was apportioned to keys is replaced by parts that sum to it, in every cost of FOCUS.
with

sides as (
    select
        origin_charge_id,
        billed_cost,
        effective_cost,
        list_cost,
        contracted_cost,
        x_reporting_cost

    from {{ ref('int_coarse_charges_split_to_keys') }}

    union all

    select
        origins.x_charge_id as origin_charge_id,
        -origins.billed_cost as billed_cost,
        -origins.effective_cost as effective_cost,
        -origins.list_cost as list_cost,
        -origins.contracted_cost as contracted_cost,
        -origins.x_reporting_cost as x_reporting_cost

    from {{ ref('int_charges_converted') }} as origins
    inner join (
        select origin_charge_id
        from {{ ref('int_coarse_charges_split_to_keys') }}
        group by origin_charge_id
    ) as split_charges
        on origins.x_charge_id = split_charges.origin_charge_id
)

select origin_charge_id
from sides
group by origin_charge_id
having sum(billed_cost) <> 0
    or sum(effective_cost) <> 0
    or sum(list_cost) <> 0
    or sum(contracted_cost) <> 0
    or sum(x_reporting_cost) <> 0
