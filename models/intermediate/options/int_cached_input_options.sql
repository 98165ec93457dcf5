{% set input_types = ['input', 'cached_input', 'cache_write', 'cache_write_1h'] %}
{% set shape = ['platform', 'provider', 'use_case_id', 'model', 'currency', 'usage_month'] %}

-- One row per use case, model and month that would have paid less for its input, had it cached as large a share of it as the
-- use case that caches most of the same model in the same month, of those with a million tokens of input. The share is what was
-- seen there, writes to the cache included: none is guessed. Output stays as it is.
with

priced as (
    select * from {{ ref('int_option_usage_priced') }}
    where token_type in ({% for token_type in input_types %}'{{ token_type }}'{{ ", " if not loop.last }}{% endfor %})
),

prices as (
    select * from {{ ref('int_option_prices') }}
    where option_name = 'current'
),

groups as (
    select
        platform,
        provider,
        use_case_id,
        model,
        max(currency) as currency,
        {%- for token_type in input_types %}
        cast(sum(case when token_type = '{{ token_type }}' then token_count else 0 end) as decimal(38, 0))
            as {{ token_type }}_tokens,
        {%- endfor %}
        cast(sum(token_count) as decimal(38, 0)) as token_count,
        cast(sum(usage_row_count) as {{ dbt.type_bigint() }}) as usage_row_count,
        cast(sum(current_units) as decimal(38, 0)) as current_units,
        usage_month

    from priced
    group by
        platform,
        provider,
        use_case_id,
        model,
        usage_month
    having count(current_units) = count(*) and min(currency) = max(currency)
),

-- Shares compare as whole numbers of 10⁻⁶.
ranked as (
    select
        groups.*,
        {{ int_div('cached_input_tokens * 1000000', 'token_count') }} as cached_millionths,
        row_number() over (
            partition by platform, provider, model, currency, usage_month
            order by
                case when token_count >= 1000000 and use_case_id is not null then 0 else 1 end asc nulls last,
                {{ int_div('cached_input_tokens * 1000000', 'token_count') }} desc nulls last,
                use_case_id asc nulls last
        ) as place

    from groups
),

benchmarks as (
    select * from ranked
    where place = 1 and token_count >= 1000000 and use_case_id is not null
),

-- The tokens of each stretch of equal prices, divided as the benchmark's: cut down to whole ones, the rest stays uncached.
stretches as (
    select
        priced.platform,
        priced.provider,
        priced.use_case_id,
        priced.model,
        priced.currency,
        priced.service_tier,
        priced.context_window,
        priced.segment_start,
        priced.usage_month,
        cast(sum(priced.token_count) as decimal(38, 0)) as token_count

    from priced
    group by
        priced.platform,
        priced.provider,
        priced.use_case_id,
        priced.model,
        priced.currency,
        priced.service_tier,
        priced.context_window,
        priced.segment_start,
        priced.usage_month
),

compared as (
    select
        stretches.*,
        benchmarks.use_case_id as benchmark_use_case_id,
        benchmarks.cached_millionths as benchmark_millionths,
        {%- for token_type in input_types[1:] %}
        {{ int_div('stretches.token_count * benchmarks.' ~ token_type ~ '_tokens', 'benchmarks.token_count') }}
            as {{ token_type }}_tokens{{ "," if not loop.last }}
        {%- endfor %}

    from stretches
    inner join benchmarks
        on stretches.platform = benchmarks.platform
            and stretches.provider = benchmarks.provider
            and stretches.model = benchmarks.model
            and stretches.currency = benchmarks.currency
            and stretches.usage_month = benchmarks.usage_month
),

divided as (
    {%- for token_type in input_types %}
    select
        compared.*,
        '{{ token_type }}' as token_type,
        {{ 'token_count - cached_input_tokens - cache_write_tokens - cache_write_1h_tokens'
            if token_type == 'input' else token_type ~ '_tokens' }} as optional_tokens

    from compared
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

repriced as (
    select
        divided.*,
        {{ rated_units('divided.optional_tokens', 'prices.price', 'prices.per_units') }} as optional_units

    from divided
    left join prices
        on divided.provider = prices.provider
            and divided.model = prices.model
            and divided.token_type = prices.token_type
            and coalesce(divided.service_tier, '') = coalesce(prices.service_tier, '')
            and coalesce(divided.context_window, '') = coalesce(prices.context_window, '')
            and divided.segment_start = prices.segment_start
            and divided.currency = prices.currency
    where divided.optional_tokens > 0
),

summed as (
    select
        platform,
        provider,
        use_case_id,
        model,
        currency,
        usage_month,
        max(benchmark_use_case_id) as benchmark_use_case_id,
        max(benchmark_millionths) as benchmark_millionths,
        cast(sum(optional_units) as decimal(38, 0)) as optional_units

    from repriced
    group by
        platform,
        provider,
        use_case_id,
        model,
        currency,
        usage_month
    -- A kind of token without a price is no option.
    having count(optional_units) = count(*)
),

options as (
    select
        ranked.{{ shape | join(',
        ranked.') }},
        'cached_input' as option_name,
        summed.benchmark_use_case_id,
        summed.benchmark_millionths,
        ranked.cached_millionths,
        ranked.token_count,
        ranked.usage_row_count,
        ranked.current_units,
        summed.optional_units

    from ranked
    inner join summed
        on ranked.platform = summed.platform
            and ranked.provider = summed.provider
            and ranked.use_case_id is not distinct from summed.use_case_id
            and ranked.model = summed.model
            and ranked.currency = summed.currency
            and ranked.usage_month = summed.usage_month
    where summed.optional_units < ranked.current_units
        and summed.benchmark_millionths > ranked.cached_millionths
)

select * from options
