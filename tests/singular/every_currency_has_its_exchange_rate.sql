-- A month with cost in a currency needs that month's rate to the reporting currency in fx_rates.csv.
select *
from {{ ref('int_exchange_rates') }}
where exchange_rate is null or reporting_currency is null
