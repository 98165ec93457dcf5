with

requests as (
    select * from {{ ref('stg_databricks__requests') }}
),

by_metric as (
    {{ rows_by_metric('requests', metrics=['input_tokens', 'output_tokens', 'requests']) }}
),

mapped as (
    select
        _row_id || ':' || metric as usage_id,
        'databricks' as platform,
        'databricks__endpoint_usage' as source_table,
        _delivery_id as delivery_id,
        requested_at as period_start,
        requested_at as period_end,
        metric,
        token_type,
        quantity,
        case when token_type is not null then 'tokens' else 'requests' end as unit,
        model,
        cost_split_basis as service_tier,
        'text' as feature,
        -- The platform whose bill carries the tokens of an external model.
        case
            when external_provider is null then null
            when external_provider like '%bedrock%' then 'aws'
            when external_provider like '%vertex%' or external_provider like '%google%' then 'gcp'
            when external_provider like '%azure%' then 'azure'
            else external_provider
        end as provider,
        endpoint_name as endpoint_id,
        case when requester not like '%person:%' then requester end as service_account_id,
        case when requester like '%person:%' then regexp_extract(requester, 'person:[0-9a-f]+', 0) end as user_id,
        workspace_id,
        {{ merged_json_objects(['usage_context', "'{}'"]) }} as tags

    from by_metric
)

{{ select_usage('mapped', filled=[
    'usage_id', 'platform', 'source_table', 'delivery_id', 'period_start', 'period_end', 'metric', 'token_type',
    'quantity', 'unit', 'model', 'service_tier', 'feature', 'provider', 'endpoint_id', 'service_account_id', 'user_id',
    'workspace_id', 'tags',
]) }}
