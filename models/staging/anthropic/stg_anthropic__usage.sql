with

named_keys as (
    select * from {{ ref('stg_anthropic__named_keys') }}
),

console_tokens as (
    select * from {{ source('anthropic', 'console_tokens') }}
),

reported as (
    select
        _row_id,
        _delivery_id,
        'anthropic__usage_report_messages' as source_table,
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
        cast(web_search_requests as decimal(38, 0)) as tool_sessions,
        cast(null as decimal(38, 0)) as requests

    from {{ source('anthropic', 'usage_report_messages') }}
    union all
    select
        _row_id,
        _delivery_id,
        'anthropic__analytics_usage' as source_table,
        cast(starting_at as {{ dbt.type_timestamp() }}) as period_start,
        cast(ending_at as {{ dbt.type_timestamp() }}) as period_end,
        lower(model) as model,
        case when lower(speed) = 'fast' then 'fast' else lower(service_tier) end as service_tier,
        context_window,
        coalesce(api_key_id, actor_api_key_id) as api_key_id,
        workspace_id,
        actor_service_account_id as service_account_id,
        coalesce(actor_email, actor_user_id) as user_id,
        cast(uncached_input_tokens as decimal(38, 0)) as input_tokens,
        cast(cache_read_input_tokens as decimal(38, 0)) as cached_input_tokens,
        cast(cache_creation_5m_input_tokens as decimal(38, 0)) as cache_write_tokens,
        cast(cache_creation_1h_input_tokens as decimal(38, 0)) as cache_write_1h_tokens,
        cast(output_tokens as decimal(38, 0)) as output_tokens,
        cast(web_search_requests as decimal(38, 0)) as tool_sessions,
        cast(requests as decimal(38, 0)) as requests

    from {{ source('anthropic', 'analytics_usage') }}
    union all
    select
        console_tokens._row_id,
        console_tokens._delivery_id,
        'anthropic__console_tokens' as source_table,
        cast(console_tokens.usage_date_utc as {{ dbt.type_timestamp() }}) as period_start,
        {{ add_days('cast(console_tokens.usage_date_utc as timestamp)', 1) }} as period_end,
        lower(console_tokens.model_version) as model,
        case
            when lower(console_tokens.speed) = 'fast' then 'fast'
            else lower(console_tokens.usage_type)
        end as service_tier,
        case
            when console_tokens.context_window like '>%' then '200k-1M'
            when console_tokens.context_window is not null then '0-200k'
        end as context_window,
        coalesce(keys.identity_id, {{ trimmed('console_tokens.api_key') }}) as api_key_id,
        case
            when lower(trim(console_tokens.workspace)) <> 'default'
                then coalesce(workspace_names.identity_id, {{ trimmed('console_tokens.workspace') }})
        end as workspace_id,
        cast(null as {{ dbt.type_string() }}) as service_account_id,
        cast(null as {{ dbt.type_string() }}) as user_id,
        cast(console_tokens.usage_input_tokens_no_cache as decimal(38, 0)) as input_tokens,
        cast(console_tokens.usage_input_tokens_cache_read as decimal(38, 0)) as cached_input_tokens,
        cast(console_tokens.usage_input_tokens_cache_write_5m as decimal(38, 0)) as cache_write_tokens,
        cast(console_tokens.usage_input_tokens_cache_write_1h as decimal(38, 0)) as cache_write_1h_tokens,
        cast(console_tokens.usage_output_tokens as decimal(38, 0)) as output_tokens,
        cast(console_tokens.web_search_count as decimal(38, 0)) as tool_sessions,
        cast(null as decimal(38, 0)) as requests

    from console_tokens
    left join named_keys as keys
        on keys.identity_type = 'api_key' and lower(trim(console_tokens.api_key)) = keys.identity_name
    left join named_keys as workspace_names
        on workspace_names.identity_type = 'workspace'
            and lower(trim(console_tokens.workspace)) = workspace_names.identity_name
),

-- Claude Code's own report tells who was active; its tokens are in the reports above, or come with a subscription.
claude_code_days as (
    select
        min(_row_id) as _row_id,
        min(_delivery_id) as _delivery_id,
        actor_email as user_id,
        cast(cast(date as {{ dbt.type_timestamp() }}) as date) as active_date

    from {{ source('anthropic', 'claude_code') }}
    where actor_email is not null
    group by
        actor_email,
        cast(cast(date as {{ dbt.type_timestamp() }}) as date)
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
        'tool_sessions', 'requests',
    ]) }}
),

mapped as (
    select
        _row_id || ':' || metric as usage_id,
        'anthropic' as platform,
        source_table,
        _delivery_id as delivery_id,
        period_start,
        period_end,
        metric,
        token_type,
        quantity,
        case when token_type is not null then 'tokens' when metric = 'requests' then metric else 'sessions' end as unit,
        model,
        service_tier,
        context_window,
        case when metric = 'tool_sessions' then 'web_search' else 'text' end as feature,
        api_key_id,
        service_account_id,
        workspace_id,
        user_id,
        tags

    from by_metric
    union all
    select
        user_id || ':active:' || cast(active_date as {{ dbt.type_string() }}) as usage_id,
        'anthropic' as platform,
        'anthropic__claude_code' as source_table,
        _delivery_id as delivery_id,
        cast(active_date as {{ dbt.type_timestamp() }}) as period_start,
        {{ add_days('cast(active_date as timestamp)', 1) }} as period_end,
        'active_days' as metric,
        cast(null as {{ dbt.type_string() }}) as token_type,
        1 as quantity,
        'days' as unit,
        cast(null as {{ dbt.type_string() }}) as model,
        cast(null as {{ dbt.type_string() }}) as service_tier,
        cast(null as {{ dbt.type_string() }}) as context_window,
        'code_assistant' as feature,
        cast(null as {{ dbt.type_string() }}) as api_key_id,
        cast(null as {{ dbt.type_string() }}) as service_account_id,
        cast(null as {{ dbt.type_string() }}) as workspace_id,
        user_id,
        cast(null as {{ dbt.type_string() }}) as tags

    from claude_code_days
)

{{ select_usage('mapped', filled=[
    'usage_id', 'platform', 'source_table', 'delivery_id', 'period_start', 'period_end', 'metric', 'token_type',
    'quantity', 'unit', 'model', 'service_tier', 'context_window', 'feature', 'api_key_id', 'service_account_id',
    'workspace_id', 'user_id', 'tags',
]) }}
