with

usage_rows as (
    select * from {{ ref('int_usage_aggregated_to_day') }}
),

prices as (
    select * from {{ ref('stg_registers__model_prices') }}
),

price_questions as (
    select
        coalesce(provider, platform) as price_platform,
        lower(model) as model,
        token_type,
        service_tier,
        context_window,
        segment_start

    from usage_rows
    where token_type is not null
    group by
        coalesce(provider, platform),
        lower(model),
        token_type,
        service_tier,
        context_window,
        segment_start
),

-- What a gateway served is priced as its provider prices it. A price that names tier or context window beats one that leaves them open.
candidates as (
    select
        price_questions.*,
        prices.price,
        prices.per_units,
        prices.currency,
        row_number() over (
            partition by
                price_questions.price_platform,
                price_questions.model,
                price_questions.token_type,
                price_questions.service_tier,
                price_questions.context_window,
                price_questions.segment_start
            order by
                case when prices.service_tier is not null then 0 else 1 end asc nulls last,
                case when prices.context_window is not null then 0 else 1 end asc nulls last,
                prices.valid_from desc nulls last,
                prices.price asc nulls last
        ) as preference

    from price_questions
    inner join prices
        on price_questions.price_platform = lower(prices.provider)
            and price_questions.model = lower(prices.model)
            and price_questions.token_type = prices.token_type
            and (prices.service_tier is null or lower(prices.service_tier) = lower(price_questions.service_tier))
            and (prices.context_window is null or prices.context_window = price_questions.context_window)
            and price_questions.segment_start >= prices.valid_from
            and price_questions.segment_start < prices.valid_to
),

prices_in_force as (
    select * from candidates
    where preference = 1
),

-- In units of 10⁻¹² of the price's currency, rounded once, half up; null where no price is known.
rated as (
    select
        usage_rows.*,
        prices_in_force.currency as rated_currency,
        {{ rated_units('usage_rows.quantity', 'prices_in_force.price', 'prices_in_force.per_units') }} as rated_units

    from usage_rows
    left join prices_in_force
        on coalesce(usage_rows.provider, usage_rows.platform) = prices_in_force.price_platform
            and lower(usage_rows.model) = prices_in_force.model
            and usage_rows.token_type = prices_in_force.token_type
            and coalesce(usage_rows.service_tier, '') = coalesce(prices_in_force.service_tier, '')
            and coalesce(usage_rows.context_window, '') = coalesce(prices_in_force.context_window, '')
            and usage_rows.segment_start = prices_in_force.segment_start
)

select * from rated
