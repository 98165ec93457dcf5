{{ config(severity='warn') }}
-- A seat or credit without a tariff in force stands on the bill at 0 until somebody registers its price: the month's
-- total is too low by that much. Owner: who keeps tariffs.csv.
select
    x_platform as platform,
    coalesce(sku_price_id, x_sku) as sku,
    {{ month_start('charge_period_start') }} as accounting_month,
    pricing_unit,
    count(*) as charges,
    sum(pricing_quantity) as quantity

from {{ ref('int_charges_unioned') }}
where x_cost_basis = 'unpriced'
group by
    x_platform,
    coalesce(sku_price_id, x_sku),
    {{ month_start('charge_period_start') }},
    pricing_unit
