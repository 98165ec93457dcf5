-- One row per generation or embedding and kind of token, and one for the call itself. The counts are disjoint, whatever their
-- provider: Langfuse takes cached and reasoning tokens out of input and output. `total` is their sum.
with

observations as (
    select
        _row_id,
        _delivery_id,
        project_id,
        environment,
        type,
        lower(model) as model,
        user_id,
        trace_name,
        tags,
        usage_details,
        total_cost,
        cast(start_time as {{ dbt.type_timestamp() }}) as period_start,
        cast(coalesce(end_time, start_time) as {{ dbt.type_timestamp() }}) as period_end

    from {{ source('langfuse', 'observations') }}
    where upper(type) in ('GENERATION', 'EMBEDDING')
),

details as (
    {{ explode_json_object('observations', 'usage_details') }}
),

kinds as (
    select
        details.*,
        case
            when lower(member_key) like '%total%' then null
            when lower(member_key) like '%cache%' and (lower(member_key) like '%creation%' or lower(member_key) like '%write%')
                then case when lower(member_key) like '%1h%' then 'cache_write_1h' else 'cache_write' end
            when lower(member_key) like '%cache%' then 'cached_input'
            when lower(member_key) like '%audio%'
                then case
                    when lower(member_key) like 'output%' or lower(member_key) like 'completion%' then 'audio_output'
                    else 'audio_input'
                end
            when lower(member_key) like 'output%' or lower(member_key) like 'completion%' then 'output'
            when (lower(member_key) like 'input%' or lower(member_key) like 'prompt%') and upper(type) = 'EMBEDDING'
                then 'embedding'
            when lower(member_key) like 'input%' or lower(member_key) like 'prompt%' then 'input'
        end as token_type

    from details
),

by_kind as (
    select
        _row_id,
        token_type,
        sum(cast(member_value as decimal(26, 12))) as quantity

    from kinds
    where token_type is not null
    group by
        _row_id,
        token_type
),

metrics as (
    select
        _row_id,
        token_type || '_tokens' as metric,
        token_type,
        quantity

    from by_kind
    where quantity > 0

    union all

    select
        _row_id,
        'requests' as metric,
        cast(null as {{ dbt.type_string() }}) as token_type,
        1 as quantity

    from observations
),

mapped as (
    select
        observations._row_id || ':' || metrics.metric as usage_id,
        'langfuse' as platform,
        'langfuse__observations' as source_table,
        observations._delivery_id as delivery_id,
        observations.period_start,
        observations.period_end,
        metrics.metric,
        metrics.token_type,
        metrics.quantity,
        case when metrics.token_type is not null then 'tokens' else 'requests' end as unit,
        observations.model,
        case when upper(observations.type) = 'EMBEDDING' then 'embeddings' else 'text' end as feature,
        observations.environment,
        case
            when metrics.metric = 'requests' then cast(observations.total_cost as {{ column_type('money') }})
        end as logged_cost,
        case when metrics.metric = 'requests' and observations.total_cost is not null then 'USD' end as logged_currency,
        observations.trace_name as workflow_id,
        observations.project_id,
        observations.user_id,
        {{ tags_from_labels('observations.tags') }} as tags

    from metrics
    inner join observations
        on metrics._row_id = observations._row_id
)

{{ select_usage('mapped', filled=[
    'usage_id', 'platform', 'source_table', 'delivery_id', 'period_start', 'period_end', 'metric', 'token_type',
    'quantity', 'unit', 'model', 'feature', 'environment', 'logged_cost', 'logged_currency', 'workflow_id',
    'project_id', 'user_id', 'tags',
]) }}
