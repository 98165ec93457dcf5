{{ config(severity='warn') }}
-- What a platform counts without an amount, and no price in force is known for: it stands on the bill at 0, so the month's
-- total is too low by that much. Owner: who keeps tariffs.csv (seats, credits, GPU hours), else who delivers the
-- platform's price list.
select
    x_platform as platform,
    coalesce(sku_price_id, x_sku) as sku,
    {{ month_start('charge_period_start') }} as accounting_month,
    coalesce(pricing_unit, consumed_unit) as unit,
    count(*) as charges,
    sum(coalesce(pricing_quantity, consumed_quantity)) as quantity

from {{ ref('int_charges_unioned') }}
where x_cost_basis = 'unpriced' and coalesce(pricing_quantity, consumed_quantity, 1) <> 0
group by
    x_platform,
    coalesce(sku_price_id, x_sku),
    {{ month_start('charge_period_start') }},
    coalesce(pricing_unit, consumed_unit)
