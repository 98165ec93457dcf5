{{ config(severity='warn') }}
-- Outside the band: missing usage, a wrong price, or a discount nobody recorded. Owner: who keeps model_prices.csv.
select *
from {{ ref('fct_rate_variance') }}
where not is_within_band
