with

{% set tokens = [
    'input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'cache_write_1h_tokens', 'output_tokens',
    'audio_input_tokens', 'audio_cached_input_tokens', 'audio_output_tokens', 'image_input_tokens',
    'image_output_tokens', 'embedding_tokens',
] %}

request_log as (
    select * from {{ ref('stg_litellm__calls') }}
),

daily_tables as (
    select * from {{ ref('stg_litellm__daily_calls') }}
),

unioned as (
    select
        _row_id,
        _delivery_id,
        'litellm__spend_logs' as source_table,
        cast(start_time as {{ dbt.type_timestamp() }}) as period_start,
        cast(coalesce(end_time, start_time) as {{ dbt.type_timestamp() }}) as period_end,
        served_model,
        custom_llm_provider,
        feature,
        api_key,
        coalesce(billing_agent_id, agent_id) as workflow_id,
        team_id,
        project_id,
        -- Who called, where the caller says so, is nearer the use than whom the key was made for.
        coalesce(end_user_id, user_id) as user_id,
        tags,
        logged_cost,
        {% for count in tokens %}
        case when is_served then {{ count }} else 0 end as {{ count }},
        {% endfor %}
        cast(case when is_served then 1 else 0 end as decimal(38, 0)) as requests,
        -- A failed call that was billed is a request; what failed for nothing is counted beside them.
        cast(case when is_served then 0 else 1 end as decimal(38, 0)) as failed_requests

    from request_log

    union all

    select
        _row_id,
        _delivery_id,
        source_table,
        cast(date as {{ dbt.type_timestamp() }}) as period_start,
        {{ add_days('cast(date as ' ~ dbt.type_timestamp() ~ ')', 1) }} as period_end,
        served_model,
        custom_llm_provider,
        feature,
        nullif(api_key, '') as api_key,
        cast(null as {{ dbt.type_string() }}) as workflow_id,
        nullif(team_id, '') as team_id,
        cast(null as {{ dbt.type_string() }}) as project_id,
        user_id,
        tags,
        logged_cost,
        {{ tokens | join(', ') }},
        requests,
        cast(0 as decimal(38, 0)) as failed_requests

    from daily_tables
),

calls as (
    select
        unioned.*,
        -- The provider's own name of the model, as its bill has it: `anthropic/claude-x` is `claude-x` there.
        lower(
            case
                when substr(served_model, 1, length(custom_llm_provider) + 1) = custom_llm_provider || '/'
                    then substr(served_model, length(custom_llm_provider) + 2)
                else served_model
            end
        ) as model_id

    from unioned
),

by_metric as (
    {{ rows_by_metric('calls', metrics=tokens + ['requests', 'failed_requests']) }}
),

mapped as (
    select
        _row_id || ':' || metric as usage_id,
        'litellm' as platform,
        source_table,
        _delivery_id as delivery_id,
        period_start,
        period_end,
        metric,
        token_type,
        quantity,
        case when token_type is not null then 'tokens' else 'requests' end as unit,
        model_id as model,
        feature,
        -- The platform whose bill carries the call.
        case
            when lower(custom_llm_provider) like 'azure%' then 'azure'
            when lower(custom_llm_provider) like 'bedrock%' or lower(custom_llm_provider) like 'sagemaker%' then 'aws'
            when lower(custom_llm_provider) like 'vertex^_ai%' escape '^' or lower(custom_llm_provider) = 'gemini' then 'gcp'
            when lower(custom_llm_provider) like 'anthropic%' then 'anthropic'
            when lower(custom_llm_provider) like '%openai' then 'openai'
            else lower(custom_llm_provider)
        end as provider,
        -- The spend stands on the request alone, so that summing a call's rows counts it once.
        case when metric = 'requests' then logged_cost end as logged_cost,
        'USD' as logged_currency,
        api_key as api_key_id,
        workflow_id,
        team_id,
        project_id,
        user_id,
        tags

    from by_metric
)

{{ select_usage('mapped', filled=[
    'usage_id', 'platform', 'source_table', 'delivery_id', 'period_start', 'period_end', 'metric', 'token_type',
    'quantity', 'unit', 'model', 'feature', 'provider', 'logged_cost', 'logged_currency', 'api_key_id', 'workflow_id',
    'team_id', 'project_id', 'user_id', 'tags',
]) }}
