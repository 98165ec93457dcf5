with

completions as (
    {% for table in ['usage_completions', 'usage_decisions', 'dashboard_activity'] %}
    select
        _row_id,
        _delivery_id,
        'openai__{{ table }}' as source_table,
        start_time,
        end_time,
        model,
        case when batch = 'true' then 'batch' else lower(service_tier) end as service_tier,
        api_key_id,
        project_id,
        user_id,
        cast(num_model_requests as decimal(38, 0)) as requests,
        cast(input_tokens as decimal(38, 0)) as input_total,
        cast(input_cached_tokens as decimal(38, 0)) as input_cached,
        cast(input_uncached_tokens as decimal(38, 0)) as input_uncached,
        cast(input_cached_text_tokens as decimal(38, 0)) as input_cached_text,
        cast(input_cached_image_tokens as decimal(38, 0)) as input_cached_image,
        cast(input_cache_write_tokens as decimal(38, 0)) as input_cache_write,
        cast(input_cache_write_30m_tokens as decimal(38, 0)) as input_cache_write_30m,
        cast(input_cache_write_12h_tokens as decimal(38, 0)) as cache_write_long,
        cast(input_audio_tokens as decimal(38, 0)) as audio_uncached,
        cast(input_cached_audio_tokens as decimal(38, 0)) as audio_cached,
        cast(input_image_tokens as decimal(38, 0)) as image_uncached,
        cast(output_tokens as decimal(38, 0)) as output_total,
        cast(output_audio_tokens as decimal(38, 0)) as audio_output,
        cast(output_image_tokens as decimal(38, 0)) as image_output

    from {{ source('openai', table) }}
    {% if table == 'dashboard_activity' %}
    -- A day without calls is exported as a row of times alone.
    where num_model_requests is not null
    {% endif %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

with_cache_writes as (
    select
        completions.*,
        coalesce(input_cache_write, coalesce(input_cache_write_30m, 0) + coalesce(cache_write_long, 0))
            as cache_write_total

    from completions
),

-- Pages differ in which details they carry; a missing cached total follows from the ones that are there.
totalled as (
    select
        with_cache_writes.*,
        coalesce(
            input_cached,
            input_total - input_uncached - cache_write_total,
            coalesce(input_cached_text, 0) + coalesce(audio_cached, 0) + coalesce(input_cached_image, 0)
        ) as cached_total

    from with_cache_writes
),

exclusive as (
    {{ exclusive_token_counts('totalled') }}
)

select
    _row_id,
    _delivery_id,
    source_table,
    start_time,
    end_time,
    model,
    service_tier,
    api_key_id,
    project_id,
    user_id,
    requests,
    input_total,
    output_total,
    input_tokens,
    cached_input_tokens,
    cache_write_tokens,
    cache_write_1h_tokens,
    output_tokens,
    audio_input_tokens,
    audio_cached_input_tokens,
    audio_output_tokens,
    image_input_tokens,
    image_output_tokens

from exclusive
