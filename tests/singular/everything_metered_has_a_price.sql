{{ config(severity='warn') }}
-- What a platform metered and no price in force is known for: it stands on the bill with nothing. Owner: who delivers the
-- platform's prices.
select
    x_platform,
    x_sku,
    billing_currency,
    sum(consumed_quantity) as unpriced_quantity,
    min(charge_period_start) as first_period_start,
    max(charge_period_end) as last_period_end

from {{ ref('int_charges_unioned') }}
where x_cost_basis = 'unpriced' and coalesce(consumed_quantity, 1) <> 0
group by
    x_platform,
    x_sku,
    billing_currency
