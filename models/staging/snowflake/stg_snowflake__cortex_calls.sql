{#- A table, not a view: the bill and the usage read it, and JSON is read row by row here. -#}
{{ config(materialized='table') }}

-- One row per record of a view that itemises AI and counts: with its account, day, user, role, warehouse and tag. Credits of
-- one call stand in several views; of views that tell of an account's same day, the newest kind counts.
with

queries as (
    select
        query_id,
        max(query_tag) as query_tag,
        max(user_name) as user_name,
        max(role_name) as role_name,
        max(warehouse_name) as warehouse_name,
        min(start_time) as started_at

    from {{ source('snowflake', 'query_history') }}
    group by query_id
),

warehouses as (
    select
        warehouse_id,
        max(warehouse_name) as warehouse_name

    from {{ source('snowflake', 'query_history') }}
    where warehouse_id is not null
    group by warehouse_id
),

accounts as (
    select * from {{ ref('stg_snowflake__accounts') }}
),

records as (
    select
        _row_id,
        _delivery_id,
        'snowflake__cortex_usage' as source_table,
        upper(_path_view) as view_name,
        lower(coalesce(account_locator, account_name, _path_account, '')) as account_spelling,
        function_name,
        model_name,
        query_id,
        query_tag,
        warehouse_id,
        {{ json_first_text('role_names') }} as role_name,
        user_id,
        user_name,
        coalesce(agent_name, service_name) as service_name,
        consumption_type,
        cast(credits as {{ column_type('quantity') }}) as credits,
        cast(request_count as {{ column_type('quantity') }}) as request_count,
        cast(tokens as {{ column_type('quantity') }}) as token_total,
        {%- for metric in ['input', 'output', 'cache_read_input', 'cache_write_input'] %}
        coalesce(
            case when metrics is not null then {{ json_metric_sum('metrics', metric, 'tokens') }} end,
            cast({{ json_text('tokens_granular', metric) }} as {{ column_type('quantity') }})
        ) as {{ metric }}_count,
        {%- endfor %}
        case when metrics is not null then {{ json_metric_sum('metrics', 'total', 'tokens') }} end as metric_total,
        cast(used_at as {{ dbt.type_timestamp() }}) as used_at,
        cast(ended_at as {{ dbt.type_timestamp() }}) as ended_at

    from {{ source('snowflake', 'cortex_usage') }}
    union all
    -- Without a time of its own a record is of its query's hour; one whose query nobody knows is of no day.
    select
        query_usage._row_id,
        query_usage._delivery_id,
        'snowflake__cortex_query_usage' as source_table,
        'FUNCTIONS_QUERY' as view_name,
        lower(coalesce(query_usage._path_account, '')) as account_spelling,
        query_usage.function_name,
        query_usage.model_name,
        query_usage.query_id,
        cast(null as {{ dbt.type_string() }}) as query_tag,
        query_usage.warehouse_id,
        cast(null as {{ dbt.type_string() }}) as role_name,
        cast(null as {{ dbt.type_string() }}) as user_id,
        cast(null as {{ dbt.type_string() }}) as user_name,
        cast(null as {{ dbt.type_string() }}) as service_name,
        cast(null as {{ dbt.type_string() }}) as consumption_type,
        cast(query_usage.credits as {{ column_type('quantity') }}) as credits,
        cast(null as {{ column_type('quantity') }}) as request_count,
        cast(query_usage.tokens as {{ column_type('quantity') }}) as token_total,
        {%- for metric in ['input', 'output', 'cache_read_input', 'cache_write_input'] %}
        cast(null as {{ column_type('quantity') }}) as {{ metric }}_count,
        {%- endfor %}
        cast(null as {{ column_type('quantity') }}) as metric_total,
        cast(queries.started_at as {{ dbt.type_timestamp() }}) as used_at,
        cast(null as {{ dbt.type_timestamp() }}) as ended_at

    from {{ source('snowflake', 'cortex_query_usage') }} as query_usage
    inner join queries
        on query_usage.query_id = queries.query_id
),

identified as (
    select
        records._row_id,
        records._delivery_id,
        records.source_table,
        records.view_name,
        coalesce(accounts.account_id, nullif(records.account_spelling, '')) as account_id,
        records.function_name,
        lower(records.model_name) as model,
        coalesce(nullif(records.query_tag, ''), nullif(queries.query_tag, '')) as query_tag,
        coalesce(records.role_name, queries.role_name) as role_id,
        coalesce(queries.warehouse_name, warehouses.warehouse_name, records.warehouse_id) as warehouse_id,
        coalesce(records.user_name, queries.user_name, records.user_id) as user_id,
        records.service_name,
        coalesce(records.credits, 0) as credits,
        coalesce(records.request_count, 1) as requests,
        case when records.consumption_type like 'EMBED%' or lower(records.function_name) like '%embed%' then true else false end
            as is_embedding,
        coalesce(records.metric_total, 0)
        + case
            when records.input_count is null and records.output_count is null then coalesce(records.token_total, 0) else 0
        end as other_tokens,
        coalesce(records.input_count, 0) as input_count,
        coalesce(records.output_count, 0) as output_tokens,
        coalesce(records.cache_read_input_count, 0) as cached_input_tokens,
        coalesce(records.cache_write_input_count, 0) as cache_write_tokens,
        cast(records.used_at as date) as usage_date,
        records.used_at,
        records.ended_at

    from records
    left join queries
        on records.query_id = queries.query_id
    left join warehouses
        on records.warehouse_id = warehouses.warehouse_id
    left join accounts
        on records.account_spelling = accounts.spelling
),

ranked as (
    select
        identified.*,
        case view_name
            when 'AI_FUNCTIONS' then 1
            when 'AISQL' then 2
            when 'FUNCTIONS_QUERY' then 3
            when 'FUNCTIONS' then 4
        end as function_view_rank

    from identified
),

judged as (
    select
        ranked.*,
        min(function_view_rank) over (partition by account_id, usage_date) as best_function_view_rank,
        max(case when view_name in ('AGENT', 'INTELLIGENCE') then 1 else 0 end)
            over (partition by account_id, usage_date, user_id) as has_agent_calls

    from ranked
),

-- An agent's credits have those of the analysts that it asks in them.
counted as (
    select
        _row_id,
        _delivery_id,
        source_table,
        view_name,
        account_id,
        function_name,
        model,
        query_tag,
        role_id,
        warehouse_id,
        user_id,
        service_name,
        credits,
        requests,
        case when is_embedding then other_tokens + input_count else 0 end as embedding_tokens,
        case when is_embedding then 0 else other_tokens + input_count end as input_tokens,
        output_tokens,
        cached_input_tokens,
        cache_write_tokens,
        usage_date,
        used_at,
        ended_at

    from judged
    where (function_view_rank is null or function_view_rank = best_function_view_rank)
        and not (view_name = 'ANALYST' and has_agent_calls = 1)
)

select * from counted
