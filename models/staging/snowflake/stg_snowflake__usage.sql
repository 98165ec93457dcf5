with

calls as (
    select * from {{ ref('stg_snowflake__cortex_calls') }}
),

by_metric as (
    {{ rows_by_metric('calls', metrics=[
        'input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'output_tokens', 'embedding_tokens', 'requests',
        'credits',
    ]) }}
),

mapped as (
    select
        _row_id || ':' || metric as usage_id,
        'snowflake' as platform,
        source_table,
        _delivery_id as delivery_id,
        used_at as period_start,
        coalesce(ended_at, used_at) as period_end,
        metric,
        token_type,
        quantity,
        case when token_type is not null then 'tokens' else metric end as unit,
        model,
        case when token_type = 'embedding' then 'embeddings' else 'text' end as feature,
        service_name as endpoint_id,
        query_tag,
        role_id,
        warehouse_id,
        account_id,
        user_id,
        {{ json_object_or_null('query_tag') }} as tags

    from by_metric
)

{{ select_usage('mapped', filled=[
    'usage_id', 'platform', 'source_table', 'delivery_id', 'period_start', 'period_end', 'metric', 'token_type',
    'quantity', 'unit', 'model', 'feature', 'endpoint_id', 'query_tag', 'role_id', 'warehouse_id', 'account_id',
    'user_id', 'tags',
]) }}
