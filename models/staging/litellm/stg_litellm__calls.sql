-- One row per request that a provider served, and per call that failed. A failed call and an answer from the gateway's own
-- cache cost nothing at the provider, and reading a stored response again is no new call: unless the gateway logged spend
-- for them, they are not served, and would only draw cost away from those who caused it.
with

spend_logs as (
    select * from {{ source('litellm', 'spend_logs') }}
),

judged as (
    select
        spend_logs.*,
        coalesce(cast(spend as decimal(38, 10)), 0) as logged_cost,
        coalesce(lower(status) = 'failure', false) as is_failed,
        coalesce(cast(spend as decimal(38, 10)), 0) <> 0
        or (
            coalesce(lower(status), 'success') <> 'failure'
            and coalesce(lower(cache_hit), 'false') <> 'true'
            and coalesce(lower(call_type), '') not in (
                'get_responses', 'aget_responses', 'delete_responses', 'adelete_responses', 'cancel_responses',
                'acancel_responses', 'list_input_items', 'alist_input_items'
            )
        ) as is_served

    from spend_logs
),

counted as (
    select * from judged
    where is_served or is_failed
),

with_usage_object as (
    select
        counted.*,
        {{ json_text('metadata', 'usage_object') }} as usage_object,
        {{ json_text('metadata', 'user_api_key_project_id') }} as project_id,
        {{ tags_from_labels('request_tags') }} as tags,
        coalesce(model, model_group) as served_model,
        case
            when lower(call_type) like '%embedding%' then 'embeddings'
            when lower(call_type) like '%image%' then 'images'
            when lower(call_type) like '%transcription%' or lower(call_type) like '%speech%' then 'audio'
            when lower(call_type) like '%moderation%' then 'moderation'
            when lower(call_type) like '%vector_store%' then 'file_search'
            when lower(call_type) in ('search', 'asearch') then 'web_search'
            else 'text'
        end as feature

    from counted
),

detailed as (
    select
        with_usage_object.*,
        cast(coalesce(prompt_tokens, '0') as decimal(38, 0)) as input_total,
        cast(coalesce(completion_tokens, '0') as decimal(38, 0)) as output_total,
        cast(coalesce(
            {{ json_text('usage_object', 'prompt_tokens_details.cached_tokens') }},
            {{ json_text('usage_object', 'cache_read_input_tokens') }}
        ) as decimal(38, 0)) as cached_total,
        cast(coalesce(
            {{ json_text('usage_object', 'prompt_tokens_details.cache_write_tokens') }},
            {{ json_text('usage_object', 'prompt_tokens_details.cache_creation_tokens') }},
            {{ json_text('usage_object', 'cache_creation_input_tokens') }}
        ) as decimal(38, 0)) as cache_write_total,
        coalesce(cast({{ json_text(
            'usage_object', 'prompt_tokens_details.cache_creation_token_details.ephemeral_1h_input_tokens'
        ) }} as decimal(38, 0)), 0)
        + coalesce(cast({{ json_text(
            'usage_object', 'prompt_tokens_details.cache_creation_token_details.ephemeral_12h_input_tokens'
        ) }} as decimal(38, 0)), 0) as cache_write_long,
        cast({{ json_text('usage_object', 'prompt_tokens_details.audio_tokens') }} as decimal(38, 0)) as audio_uncached,
        cast({{ json_text('usage_object', 'prompt_tokens_details.image_tokens') }} as decimal(38, 0)) as image_uncached,
        cast(null as decimal(38, 0)) as audio_cached,
        cast({{ json_text('usage_object', 'completion_tokens_details.audio_tokens') }} as decimal(38, 0))
            as audio_output,
        cast({{ json_text('usage_object', 'completion_tokens_details.image_tokens') }} as decimal(38, 0))
            as image_output

    from with_usage_object
),

exclusive as (
    {{ exclusive_token_counts('detailed') }}
)

select
    _row_id,
    _delivery_id,
    start_time,
    end_time,
    served_model,
    model_group,
    custom_llm_provider,
    feature,
    api_key,
    team_id,
    project_id,
    agent_id,
    billing_agent_id,
    user_id,
    end_user_id,
    tags,
    is_failed,
    is_served,
    logged_cost,
    input_total,
    output_total,
    case when feature = 'embeddings' then input_tokens else 0 end as embedding_tokens,
    case when feature = 'embeddings' then 0 else input_tokens end as input_tokens,
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
