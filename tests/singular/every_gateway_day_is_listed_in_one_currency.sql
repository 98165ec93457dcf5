-- What a gateway logged for a model on a day is compared as it stands, so it is in one currency: give model_prices.csv the
-- currency in which the gateway logs.
select
    platform,
    usage_date,
    provider,
    model,
    min(list_currency) as one_currency,
    max(list_currency) as another_currency

from {{ ref('int_gateway_usage_by_owner') }}
where list_units > 0
group by
    platform,
    usage_date,
    provider,
    model
having min(list_currency) <> max(list_currency)
