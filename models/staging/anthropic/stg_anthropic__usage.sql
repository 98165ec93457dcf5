with

reported as (
    select
        _row_id,
        _delivery_id,
        cast(starting_at as {{ dbt.type_timestamp() }}) as period_start,
        cast(ending_at as {{ dbt.type_timestamp() }}) as period_end,
        lower(model) as model,
        -- Fast mode has prices of its own; the cost report blends it into its tier.
        case when lower(speed) = 'fast' then 'fast' else lower(service_tier) end as service_tier,
        context_window,
        api_key_id,
        workspace_id,
        service_account_id,
        account_id as user_id,
        cast(uncached_input_tokens as decimal(38, 0)) as input_tokens,
        cast(cache_read_input_tokens as decimal(38, 0)) as cached_input_tokens,
        cast(cache_creation_5m_input_tokens as decimal(38, 0)) as cache_write_tokens,
        cast(cache_creation_1h_input_tokens as decimal(38, 0)) as cache_write_1h_tokens,
        cast(output_tokens as decimal(38, 0)) as output_tokens,
        cast(web_search_requests as decimal(38, 0)) as tool_sessions

    from {{ source('anthropic', 'usage_report_messages') }}
),

workspaces as (
    select * from {{ ref('stg_anthropic__workspaces') }}
),

tagged as (
    select
        reported.*,
        workspaces.tags

    from reported
    left join workspaces
        on reported.workspace_id = workspaces.workspace_id
            and reported.period_start >= workspaces.valid_from
            and reported.period_start < workspaces.valid_to
),

-- The vendor's five counts are disjoint already.
by_metric as (
    {{ rows_by_metric('tagged', metrics=[
        'input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'cache_write_1h_tokens', 'output_tokens',
        'tool_sessions',
    ]) }}
),

mapped as (
    select
        _row_id || ':' || metric as usage_id,
        'anthropic' as platform,
        'anthropic__usage_report_messages' as source_table,
        _delivery_id as delivery_id,
        period_start,
        period_end,
        metric,
        token_type,
        quantity,
        case when token_type is not null then 'tokens' else 'sessions' end as unit,
        model,
        service_tier,
        context_window,
        case when token_type is not null then 'text' else 'web_search' end as feature,
        api_key_id,
        service_account_id,
        workspace_id,
        user_id,
        tags

    from by_metric
)

{{ select_usage('mapped', filled=[
    'usage_id', 'platform', 'source_table', 'delivery_id', 'period_start', 'period_end', 'metric', 'token_type',
    'quantity', 'unit', 'model', 'service_tier', 'context_window', 'feature', 'api_key_id', 'service_account_id',
    'workspace_id', 'user_id', 'tags',
]) }}
