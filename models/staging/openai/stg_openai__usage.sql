with

completions as (
    select * from {{ ref('stg_openai__completions') }}
),

measures as (
    select * from {{ ref('stg_openai__measures') }}
),

completions_by_metric as (
    {{ rows_by_metric('completions', metrics=[
        'input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'cache_write_1h_tokens', 'output_tokens',
        'audio_input_tokens', 'audio_cached_input_tokens', 'audio_output_tokens', 'image_input_tokens',
        'image_output_tokens', 'requests',
    ]) }}
),

counted as (
    select
        _row_id,
        _delivery_id,
        source_table,
        cast(start_time as {{ dbt.type_timestamp() }}) as period_start,
        cast(end_time as {{ dbt.type_timestamp() }}) as period_end,
        metric,
        token_type,
        quantity,
        model,
        service_tier,
        case
            when token_type like 'audio%' then 'audio'
            when token_type like 'image%' then 'images'
            else 'text'
        end as feature,
        api_key_id,
        project_id,
        user_id,
        cast(null as {{ dbt.type_string() }}) as resource_id

    from completions_by_metric
    union all
    select
        _row_id,
        _delivery_id,
        source_table,
        period_start,
        period_end,
        metric,
        case metric when 'embedding_tokens' then 'embedding' when 'input_tokens' then 'input' end as token_type,
        quantity,
        model,
        cast(null as {{ dbt.type_string() }}) as service_tier,
        feature,
        api_key_id,
        project_id,
        user_id,
        resource_id

    from measures
),

mapped as (
    select
        _row_id || ':' || metric as usage_id,
        'openai' as platform,
        source_table,
        _delivery_id as delivery_id,
        period_start,
        period_end,
        metric,
        token_type,
        quantity,
        case
            when token_type is not null then 'tokens'
            when metric = 'audio_seconds' then 'seconds'
            when metric = 'storage_byte_hours' then 'byte hours'
            when metric = 'tool_sessions' then 'sessions'
            else metric
        end as unit,
        lower(model) as model,
        service_tier,
        feature,
        api_key_id,
        resource_id,
        project_id,
        user_id

    from counted
)

{{ select_usage('mapped', filled=[
    'usage_id', 'platform', 'source_table', 'delivery_id', 'period_start', 'period_end', 'metric', 'token_type',
    'quantity', 'unit', 'model', 'service_tier', 'feature', 'api_key_id', 'resource_id', 'project_id', 'user_id',
]) }}
