-- Every landed charge is on the bill or is kept with its overlap set: never both, never neither, and nothing else is on
-- the bill. An overlap that dropped a charge would make money vanish; one that did not keep it out would count it twice.
with

sides as (
    select
        x_charge_id as charge_id,
        1 as row_count,
        billed_cost,
        effective_cost

    from {{ ref('int_charges_landed') }}

    union all

    select
        x_charge_id as charge_id,
        -1 as row_count,
        -billed_cost as billed_cost,
        -effective_cost as effective_cost

    from {{ ref('int_charges_unioned') }}

    union all

    select
        charge_id,
        -1 as row_count,
        -billed_cost as billed_cost,
        -effective_cost as effective_cost

    from {{ ref('fct_overlapping_charges') }}
    where overlap_set is not null
)

select
    charge_id,
    sum(row_count) as row_difference,
    sum(billed_cost) as billed_difference,
    sum(effective_cost) as effective_difference

from sides
group by charge_id
having sum(row_count) <> 0 or sum(billed_cost) <> 0 or sum(effective_cost) <> 0
