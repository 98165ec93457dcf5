-- One row per span of inference that states tokens, its counts made mutually exclusive. Spans of agents, tools and workflows
-- repeat the tokens of those inside them.
with

spans as (
    select
        _row_id,
        _delivery_id,
        resource,
        attributes,
        start_time_unix_nano,
        coalesce(end_time_unix_nano, start_time_unix_nano) as end_time_unix_nano

    from {{ source('otel', 'genai') }}
),

{%- set names = {
    'operation': ['gen_ai.operation.name'],
    'provider': ['gen_ai.provider.name', 'gen_ai.system'],
    'model': ['gen_ai.response.model', 'gen_ai.request.model'],
    'agent': ['gen_ai.agent.name', 'gen_ai.agent.id'],
    'stated_input': ['gen_ai.usage.input_tokens', 'gen_ai.usage.prompt_tokens'],
    'stated_output': ['gen_ai.usage.output_tokens', 'gen_ai.usage.completion_tokens'],
    'stated_cached': ['gen_ai.usage.cache_read.input_tokens', 'gen_ai.usage.cached_tokens'],
    'stated_written': ['gen_ai.usage.cache_creation.input_tokens', 'gen_ai.usage.cache_write.input_tokens'],
} %}

span_attributes as (
    {{ explode_json_object('spans', 'attributes') }}
),

-- Of two names of one thing the newer one counts.
named as (
    select
        _row_id,
        {% for column, spellings in names.items() %}
        coalesce(
            {%- for spelling in spellings %}
            max(case when member_key = '{{ spelling }}' then member_value end){{ "," if not loop.last }}
            {%- endfor %}{{ ", null" if spellings | length == 1 }}
        ) as {{ column }}{{ "," if not loop.last }}
        {% endfor %}

    from span_attributes
    group by _row_id
),

calls as (
    select
        spans._row_id,
        spans._delivery_id,
        spans.resource,
        spans.start_time_unix_nano,
        spans.end_time_unix_nano,
        lower(named.provider) as provider_name,
        lower(named.model) as model,
        named.agent,
        case when lower(named.operation) = 'embeddings' then 'embeddings' else 'text' end as feature,
        cast(coalesce(named.stated_input, '0') as decimal(38, 0)) as stated_input_count,
        cast(coalesce(named.stated_output, '0') as decimal(38, 0)) as output_total,
        cast(coalesce(named.stated_cached, '0') as decimal(38, 0)) as cached_total,
        cast(coalesce(named.stated_written, '0') as decimal(38, 0)) as cache_write_total

    from spans
    inner join named
        on spans._row_id = named._row_id
    where coalesce(named.stated_input, named.stated_output) is not null
        and coalesce(lower(named.operation), 'chat') in ('chat', 'text_completion', 'generate_content', 'embeddings')
),

-- Input includes the cache; older instrumentations of Anthropic leave it out, which shows where the cache is the larger.
completed as (
    select
        calls.*,
        case
            when cached_total + cache_write_total > stated_input_count
                then stated_input_count + cached_total + cache_write_total
            else stated_input_count
        end as input_total,
        cast(0 as decimal(38, 0)) as cache_write_long,
        cast(0 as decimal(38, 0)) as audio_uncached,
        cast(0 as decimal(38, 0)) as audio_cached,
        cast(0 as decimal(38, 0)) as image_uncached,
        cast(0 as decimal(38, 0)) as audio_output,
        cast(0 as decimal(38, 0)) as image_output

    from calls
),

exclusive as (
    {{ exclusive_token_counts('completed') }}
)

select
    _row_id,
    _delivery_id,
    resource,
    provider_name,
    model,
    agent,
    feature,
    input_total,
    output_total,
    case when feature = 'embeddings' then input_tokens else 0 end as embedding_tokens,
    case when feature = 'embeddings' then 0 else input_tokens end as input_tokens,
    cached_input_tokens,
    cache_write_tokens,
    output_tokens,
    1 as requests,
    {{ add_seconds("cast('1970-01-01 00:00:00' as " ~ dbt.type_timestamp() ~ ")", int_div('cast(start_time_unix_nano as decimal(38, 0))', '1000000000')) }}
        as period_start,
    {{ add_seconds("cast('1970-01-01 00:00:00' as " ~ dbt.type_timestamp() ~ ")", int_div('cast(end_time_unix_nano as decimal(38, 0))', '1000000000')) }}
        as period_end

from exclusive
