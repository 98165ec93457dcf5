{#- Read by each option. -#}
{{ config(materialized='table') }}

-- One row per row of int_option_usage, with what it costs at the price in force, in units of 10⁻¹² of the price's currency;
-- null where no price is in force.
with

metered as (
    select * from {{ ref('int_option_usage') }}
),

prices as (
    select * from {{ ref('int_option_prices') }}
    where option_name = 'current'
),

priced as (
    select
        metered.*,
        prices.currency,
        {{ rated_units('metered.token_count', 'prices.price', 'prices.per_units') }} as current_units

    from metered
    left join prices
        on metered.provider = prices.provider
            and metered.model = prices.model
            and metered.token_type = prices.token_type
            and coalesce(metered.service_tier, '') = coalesce(prices.service_tier, '')
            and coalesce(metered.context_window, '') = coalesce(prices.context_window, '')
            and metered.segment_start = prices.segment_start
)

select * from priced
