{#- Read by each option. -#}
{{ config(materialized='table') }}

{#- What an option takes a price of, beside what every price must have: the kind of token, and validity. -#}
{% set own_model = "prices.provider = questions.provider and prices.model = questions.model" %}
{% set own_tier = "(prices.service_tier is null or prices.service_tier = questions.service_tier)" %}
{% set own_window = "(prices.context_window is null or prices.context_window = questions.context_window)" %}
{% set options = [
    ('current', own_model ~ ' and ' ~ own_tier ~ ' and ' ~ own_window),
    (
        'cheaper_model_of_provider',
        'prices.provider = questions.provider and prices.model <> questions.model and '
        ~ own_tier ~ ' and ' ~ own_window,
    ),
    (
        'cheaper_model_of_class',
        'prices.model_class = questions.model_class'
        ~ ' and (prices.provider <> questions.provider or prices.model <> questions.model) and '
        ~ own_tier ~ ' and ' ~ own_window,
    ),
    ('batch_tier', own_model ~ " and prices.service_tier = 'batch' and " ~ own_window),
    ('shorter_context', own_model ~ ' and ' ~ own_tier ~ ' and prices.context_window is not null'),
] %}
{% set question = ['provider', 'model', 'token_type', 'service_tier', 'context_window', 'segment_start'] %}
{% set alternative = [
    'alternative_provider', 'alternative_model', 'alternative_service_tier', 'alternative_context_window',
] %}

-- One row per question (model, kind of token, tier, context window and stretch of time), option and alternative: the price
-- in force that the alternative would be billed at, in the currency of today's. A price that names tier or context window
-- beats one that leaves them open, as in int_usage_rated. No price, no row.
with

metered as (
    select * from {{ ref('int_option_usage') }}
),

prices as (
    select * from {{ ref('stg_registers__model_prices') }}
),

metered_questions as (
    select
        {{ question | join(',
        ') }}

    from metered
    where model is not null
    group by
        {{ question | join(',
        ') }}
),

input_types as (
    {%- for token_type in ['input', 'cached_input', 'cache_write', 'cache_write_1h'] %}
    select '{{ token_type }}' as token_type
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

-- What input may become, if more of it is cached, is asked for too.
asked as (
    select * from metered_questions
    union all
    select
        metered_questions.provider,
        metered_questions.model,
        input_types.token_type,
        metered_questions.service_tier,
        metered_questions.context_window,
        metered_questions.segment_start

    from metered_questions
    cross join input_types
    where metered_questions.token_type = 'input'
),

model_classes as (
    select
        provider,
        model,
        max(model_class) as model_class

    from prices
    group by
        provider,
        model
),

questions as (
    select
        asked.{{ question | join(',
        asked.') }},
        max(model_classes.model_class) as model_class

    from asked
    left join model_classes
        on asked.provider = model_classes.provider
            and asked.model = model_classes.model
    group by
        asked.{{ question | join(',
        asked.') }}
),

candidates as (
    {%- for option, condition in options %}
    select
        questions.{{ question | join(',
        questions.') }},
        '{{ option }}' as option_name,
        prices.provider as alternative_provider,
        prices.model as alternative_model,
        {{ "'batch'" if option == 'batch_tier' else 'cast(null as ' ~ dbt.type_string() ~ ')' }}
            as alternative_service_tier,
        {{ 'prices.context_window' if option == 'shorter_context' else 'cast(null as ' ~ dbt.type_string() ~ ')' }}
            as alternative_context_window,
        prices.price,
        prices.per_units,
        prices.currency,
        prices.service_tier as price_service_tier,
        prices.context_window as price_context_window,
        prices.valid_from

    from questions
    inner join prices
        on questions.token_type = prices.token_type
            and questions.segment_start >= prices.valid_from
            and questions.segment_start < prices.valid_to
            and {{ condition }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

ranked as (
    select
        candidates.*,
        row_number() over (
            partition by
                {{ (question + ['option_name'] + alternative) | join(', ') }}
            order by
                case when price_service_tier is not null then 0 else 1 end asc nulls last,
                case when price_context_window is not null then 0 else 1 end asc nulls last,
                valid_from desc nulls last,
                price asc nulls last
        ) as preference

    from candidates
),

chosen as (
    select
        {{ (question + ['option_name'] + alternative) | join(',
        ') }},
        price,
        per_units,
        currency

    from ranked
    where preference = 1
)

select * from chosen
