-- In FOCUS allocated rows replace their origin: per origin, the allocated rows' amounts and quantities are exactly those of
-- its charges, and the shares sum to 1. Readers who drop the origin must not lose or gain anything.
-- An origin of which a shared service passed something on is left out: that share is in the rows that replaced it.
-- Billed and effective cost are the ledger's own, and the next test's: a posted month keeps them after a restatement.
with

origins as (
    select * from {{ ref('int_focus_origins_described') }}
),

allocated as (
    select
        coalesce(x_origin_pool_id, x_origin_charge_group_id) as origin_id,
        sum(x_allocated_ratio) as allocated_ratio,
        sum(contracted_cost) as contracted_cost,
        sum(list_cost) as list_cost,
        sum(pricing_currency_effective_cost) as pricing_currency_effective_cost,
        sum(commitment_discount_quantity) as commitment_discount_quantity,
        sum(consumed_quantity) as consumed_quantity,
        sum(pricing_quantity) as pricing_quantity

    from {{ ref('fct_focus_allocated') }}
    group by coalesce(x_origin_pool_id, x_origin_charge_group_id)
),

passed_on as (
    select coalesce(pool_id, charge_group_id) as origin_id
    from {{ ref('fct_passed_on_allocations') }}
    group by coalesce(pool_id, charge_group_id)
)

select
    allocated.*,
    origins.contracted_cost as origin_contracted_cost,
    origins.list_cost as origin_list_cost,
    origins.pricing_quantity as origin_pricing_quantity

from allocated
left join origins
    on allocated.origin_id = origins.origin_id
left join passed_on
    on allocated.origin_id = passed_on.origin_id
where passed_on.origin_id is null
    and (allocated.allocated_ratio <> 1
    or origins.origin_id is not null and (
        allocated.contracted_cost <> origins.contracted_cost
        or allocated.list_cost <> origins.list_cost
        or allocated.pricing_currency_effective_cost <> origins.pricing_currency_effective_cost
        or coalesce(allocated.commitment_discount_quantity, 0) <> coalesce(origins.commitment_discount_quantity, 0)
        or coalesce(allocated.consumed_quantity, 0) <> coalesce(origins.consumed_quantity, 0)
        or coalesce(allocated.pricing_quantity, 0) <> coalesce(origins.pricing_quantity, 0)
    ))
