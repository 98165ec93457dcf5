{#- The columns in order, each with what stands for it where a kind of option has none of its own. -#}
{% set no_text = 'cast(null as ' ~ dbt.type_string() ~ ')' %}
{% set no_number = 'cast(null as decimal(38, 0))' %}
{% set columns = [
    ('platform', 'platform'),
    ('provider', 'platform'),
    ('use_case_id', no_text),
    ('model', no_text),
    ('option_name', 'option_name'),
    ('alternative_provider', no_text),
    ('alternative_model', no_text),
    ('alternative_service_tier', no_text),
    ('alternative_context_window', no_text),
    ('benchmark_use_case_id', no_text),
    ('assumption', no_text),
    ('currency', 'currency'),
    ('token_count', no_number),
    ('usage_row_count', 'usage_row_count'),
    ('unpriced_row_count', '0'),
    ('cached_millionths', no_number),
    ('benchmark_millionths', no_number),
    ('current_cost', rated_money('current_units')),
    ('optional_cost', rated_money('optional_units')),
    ('usage_month', 'usage_month'),
] %}
{% set metered = {
    'provider': 'provider', 'use_case_id': 'use_case_id', 'model': 'model', 'token_count': 'token_count',
} %}
{% set assumption_of_prices %}
case option_name
            when 'cheaper_model_of_provider'
                then 'The same tokens by ' || alternative_model || ', the cheapest model of the provider that has a price'
                    || ' for each kind of them; whether its answers will do is for the owner to say'
            when 'cheaper_model_of_class'
                then 'The same tokens by ' || alternative_model || ' of ' || alternative_provider || ', the cheapest model'
                    || ' of the same class that has a price for each kind of them'
            when 'batch_tier' then 'Every request can wait for its answer as long as the batch tier may take'
            when 'shorter_context' then 'Every request fits into the context window ' || alternative_context_window
        end
{%- endset %}
{% set assumption_of_caching %}
'As large a share of the input is read from the cache as ' || benchmark_use_case_id
        || ' reads with the same model in the same month, with as many writes to it'
{%- endset %}
{% set kinds = [
    ('price_options', dict(metered, **{
        'alternative_provider': 'alternative_provider', 'alternative_model': 'alternative_model',
        'alternative_service_tier': 'alternative_service_tier',
        'alternative_context_window': 'alternative_context_window', 'assumption': assumption_of_prices,
    })),
    ('cached_input_options', dict(metered, **{
        'alternative_provider': 'provider', 'alternative_model': 'model', 'assumption': assumption_of_caching,
        'benchmark_use_case_id': 'benchmark_use_case_id', 'cached_millionths': 'cached_millionths',
        'benchmark_millionths': 'benchmark_millionths',
    })),
    ('seat_options', {
        'token_count': 'token_count',
        'assumption': "'All active users have metered tokens, and pay for these at list price instead of for seats'",
    }),
    ('failed_calls', {
        'provider': 'provider', 'model': 'model', 'token_count': 'token_count', 'option_name': "'failed_calls'",
        'current_cost': 'logged_cost', 'optional_cost': '0',
        'assumption': "'Calls that failed although the gateway logged a cost for them are avoided; the cost is the one it logged'",
    }),
    ('idle_seats', {
        'option_name': "'idle_seats'", 'current_cost': 'seat_cost', 'optional_cost': '0',
        'assumption': "'Seats that nobody used in the month are given up; the others stay'",
    }),
    ('unused_commitments', {
        'option_name': "'unused_commitments'", 'current_cost': 'effective_cost', 'optional_cost': '0',
        'assumption': "'Reservations and savings plans are no larger than what was used of them'",
    }),
    ('expired_credits', {
        'option_name': "'expired_credits'", 'current_cost': 'expired_amount', 'optional_cost': '0',
        'assumption': "'Prepaid credits are bought later or smaller, so that none run out'",
    }),
    ('unpriced_usage', dict(metered, **{
        'option_name': "'unpriced_usage'", 'unpriced_row_count': 'unpriced_row_count',
        'currency': no_text, 'current_cost': 'null', 'optional_cost': 'null',
        'assumption': "'No price in force for these rows in model_prices.csv, so no option can be computed'",
    })),
] %}
with

price_options as (
    select * from {{ ref('int_price_options') }}
),

cached_input_options as (
    select * from {{ ref('int_cached_input_options') }}
),

seat_options as (
    select * from {{ ref('int_seat_options') }}
),

failed_calls as (
    select * from {{ ref('int_failed_calls_summed') }}
),

idle_seats as (
    select
        platform,
        currency,
        count(*) as usage_row_count,
        sum(seat_cost) as seat_cost,
        accounting_month as usage_month

    from {{ ref('fct_idle_seats') }}
    group by
        platform,
        currency,
        accounting_month
    having sum(seat_cost) > 0
),

unused_commitments as (
    select
        x_platform as platform,
        billing_currency as currency,
        count(*) as usage_row_count,
        sum(effective_cost) as effective_cost,
        {{ month_start('billing_period_start') }} as usage_month

    from {{ ref('fct_focus_cost_and_usage') }}
    where commitment_discount_status = 'Unused'
    group by
        x_platform,
        billing_currency,
        {{ month_start('billing_period_start') }}
    having sum(effective_cost) > 0
),

expired_credits as (
    select
        platform,
        currency,
        count(*) as usage_row_count,
        sum(expired_amount) as expired_amount,
        accounting_month as usage_month

    from {{ ref('fct_credit_balances') }}
    group by
        platform,
        currency,
        accounting_month
    having sum(expired_amount) > 0
),

unpriced_usage as (
    select
        platform,
        provider,
        use_case_id,
        model,
        cast(sum(token_count) as decimal(38, 0)) as token_count,
        sum(usage_row_count) as usage_row_count,
        sum(case when current_units is null then usage_row_count else 0 end) as unpriced_row_count,
        usage_month

    from {{ ref('int_option_usage_priced') }}
    group by
        platform,
        provider,
        use_case_id,
        model,
        usage_month
    having count(current_units) < count(*)
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

unioned as (
    {%- for relation, values in kinds %}
    select
        {%- for column, default in columns %}
        {{ values.get(column, default) }} as {{ column }}{{ "," if not loop.last }}
        {%- endfor %}

    from {{ relation }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

-- Options reach for the same tokens: the best one of a use case is marked, and no two are added up.
ranked as (
    select
        unioned.*,
        case
            when current_cost is not null
                then row_number() over (
                    partition by coalesce(use_case_id, platform), currency, usage_month
                    order by
                        current_cost - optional_cost desc nulls last,
                        option_name asc nulls last,
                        platform asc nulls last,
                        provider asc nulls last,
                        model asc nulls last
                )
        end as place

    from unioned
),

options as (
    select
        {{ hash_key([
            'ranked.platform', 'ranked.provider', 'ranked.use_case_id', 'ranked.model', 'ranked.currency',
            'ranked.usage_month', 'ranked.option_name',
        ]) }} as optimisation_option_id,
        ranked.platform,
        ranked.provider,
        ranked.use_case_id,
        ranked.model,
        ranked.option_name,
        ranked.alternative_provider,
        ranked.alternative_model,
        ranked.alternative_service_tier,
        ranked.alternative_context_window,
        ranked.benchmark_use_case_id,
        ranked.assumption,
        ranked.currency,
        cast(ranked.token_count as {{ column_type('whole') }}) as token_count,
        cast(ranked.usage_row_count as {{ dbt.type_bigint() }}) as usage_row_count,
        cast(ranked.unpriced_row_count as {{ dbt.type_bigint() }}) as unpriced_row_count,
        {{ from_units('ranked.cached_millionths * 10000') }} as cached_share,
        {{ from_units('ranked.benchmark_millionths * 10000') }} as benchmark_share,
        cast(ranked.current_cost as {{ column_type('money') }}) as current_list_cost,
        cast(ranked.optional_cost as {{ column_type('money') }}) as optional_list_cost,
        cast(ranked.current_cost - ranked.optional_cost as {{ column_type('money') }}) as list_saving,
        coalesce(ranked.place = 1, false) as is_best,
        ranked.usage_month as accounting_month,
        periods.period_status

    from ranked
    left join periods
        on ranked.usage_month = periods.accounting_month
)

select * from options
