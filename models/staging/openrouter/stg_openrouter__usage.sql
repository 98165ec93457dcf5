with

activity as (
    select * from {{ ref('stg_openrouter__activity') }}
),

by_metric as (
    {{ rows_by_metric('activity', metrics=['input_tokens', 'output_tokens', 'requests']) }}
),

mapped as (
    select
        _row_id || ':' || metric as usage_id,
        'openrouter' as platform,
        'openrouter__activity' as source_table,
        _delivery_id as delivery_id,
        day_start as period_start,
        day_end as period_end,
        metric,
        token_type,
        quantity,
        case when token_type is not null then 'tokens' else 'requests' end as unit,
        model,
        'text' as feature,
        -- What the company's own keys cost at their providers, who bill it.
        case when metric = 'requests' and byok_cost <> 0 then byok_cost end as logged_cost,
        case when metric = 'requests' and byok_cost <> 0 then 'USD' end as logged_currency

    from by_metric
)

{{ select_usage('mapped', filled=[
    'usage_id', 'platform', 'source_table', 'delivery_id', 'period_start', 'period_end', 'metric', 'token_type',
    'quantity', 'unit', 'model', 'feature', 'logged_cost', 'logged_currency',
]) }}
