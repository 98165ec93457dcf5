with

calls as (
    select * from {{ ref('stg_otel__calls') }}
),

members as (
    {{ explode_json_object('calls', 'resource') }}
),

-- What the program says of itself: its name, and where it runs.
programs as (
    select
        _row_id,
        max(case when member_key = 'service.name' then member_value end) as service_name,
        coalesce(
            max(case when member_key = 'deployment.environment.name' then member_value end),
            max(case when member_key = 'deployment.environment' then member_value end)
        ) as environment

    from members
    group by _row_id
),

by_metric as (
    {{ rows_by_metric('calls', metrics=[
        'input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'output_tokens', 'embedding_tokens', 'requests',
    ]) }}
),

mapped as (
    select
        by_metric._row_id || ':' || by_metric.metric as usage_id,
        'otel' as platform,
        'otel__genai' as source_table,
        by_metric._delivery_id as delivery_id,
        by_metric.period_start,
        by_metric.period_end,
        by_metric.metric,
        by_metric.token_type,
        by_metric.quantity,
        case when by_metric.token_type is not null then 'tokens' else 'requests' end as unit,
        by_metric.model,
        by_metric.feature,
        programs.environment,
        -- The platform whose bill carries the call.
        case
            when by_metric.provider_name like 'azure%' or by_metric.provider_name like 'az.%' then 'azure'
            when by_metric.provider_name like 'aws%' then 'aws'
            when by_metric.provider_name like 'gcp%' or by_metric.provider_name like 'vertex%' then 'gcp'
            else by_metric.provider_name
        end as provider,
        by_metric.agent as workflow_id,
        programs.service_name as project_id,
        nullif(by_metric.resource, '{}') as tags

    from by_metric
    left join programs
        on by_metric._row_id = programs._row_id
)

{{ select_usage('mapped', filled=[
    'usage_id', 'platform', 'source_table', 'delivery_id', 'period_start', 'period_end', 'metric', 'token_type',
    'quantity', 'unit', 'model', 'feature', 'environment', 'provider', 'workflow_id', 'project_id', 'tags',
]) }}
