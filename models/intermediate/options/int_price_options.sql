{% set group_columns = ['platform', 'provider', 'use_case_id', 'model', 'currency', 'usage_month'] %}
{% set alternative = [
    'alternative_provider', 'alternative_model', 'alternative_service_tier', 'alternative_context_window',
] %}

-- One row per use case, model, month and option that changes the price alone: the same tokens at the cheapest alternative.
-- An alternative counts only where it has a price for every token of the group, so that like is compared with like.
with

priced as (
    select * from {{ ref('int_option_usage_priced') }}
),

prices as (
    select * from {{ ref('int_option_prices') }}
    where option_name <> 'current'
),

-- A group with tokens that have no price in force has no cost to compare with.
groups as (
    select
        platform,
        provider,
        use_case_id,
        model,
        max(currency) as currency,
        usage_month,
        count(*) as cell_count,
        cast(sum(token_count) as decimal(38, 0)) as token_count,
        cast(sum(usage_row_count) as {{ dbt.type_bigint() }}) as usage_row_count,
        cast(sum(current_units) as decimal(38, 0)) as current_units

    from priced
    group by
        platform,
        provider,
        use_case_id,
        model,
        usage_month
    having count(current_units) = count(*) and min(currency) = max(currency)
),

repriced as (
    select
        priced.platform,
        priced.provider,
        priced.use_case_id,
        priced.model,
        priced.usage_month,
        prices.option_name,
        prices.{{ alternative | join(',
        prices.') }},
        {{ rated_units('priced.token_count', 'prices.price', 'prices.per_units') }} as optional_units

    from priced
    inner join prices
        on priced.provider = prices.provider
            and priced.model = prices.model
            and priced.token_type = prices.token_type
            and coalesce(priced.service_tier, '') = coalesce(prices.service_tier, '')
            and coalesce(priced.context_window, '') = coalesce(prices.context_window, '')
            and priced.segment_start = prices.segment_start
            and priced.currency = prices.currency
),

alternatives as (
    select
        platform,
        provider,
        use_case_id,
        model,
        usage_month,
        option_name,
        {{ alternative | join(',
        ') }},
        count(*) as cell_count,
        cast(sum(optional_units) as decimal(38, 0)) as optional_units

    from repriced
    group by
        platform,
        provider,
        use_case_id,
        model,
        usage_month,
        option_name,
        {{ alternative | join(',
        ') }}
),

compared as (
    select
        groups.*,
        alternatives.option_name,
        alternatives.{{ alternative | join(',
        alternatives.') }},
        alternatives.optional_units,
        row_number() over (
            partition by {% for column in group_columns %}groups.{{ column }}, {% endfor %}alternatives.option_name
            order by
                alternatives.optional_units asc nulls last,
                alternatives.alternative_provider asc nulls last,
                alternatives.alternative_model asc nulls last,
                alternatives.alternative_context_window asc nulls last
        ) as place

    from groups
    inner join alternatives
        on groups.platform = alternatives.platform
            and groups.provider = alternatives.provider
            and groups.use_case_id is not distinct from alternatives.use_case_id
            and groups.model = alternatives.model
            and groups.usage_month = alternatives.usage_month
            and groups.cell_count = alternatives.cell_count
),

cheapest as (
    select
        {{ group_columns | join(',
        ') }},
        option_name,
        {{ alternative | join(',
        ') }},
        token_count,
        usage_row_count,
        current_units,
        optional_units

    from compared
    where place = 1 and optional_units < current_units
)

select * from cheapest
