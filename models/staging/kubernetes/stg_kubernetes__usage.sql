-- What pods requested are job hours; with what was idle it is the cluster's capacity.
with

gpu_hours as (
    select * from {{ ref('stg_kubernetes__gpu_hours') }}
),

metrics as (
    select 'gpu_hours' as metric
    union all
    select 'gpu_capacity_hours' as metric
),

mapped as (
    select
        gpu_hours.gpu_hours_id || ':' || metrics.metric as usage_id,
        'kubernetes' as platform,
        gpu_hours.source_table,
        gpu_hours._delivery_id as delivery_id,
        gpu_hours.period_start,
        gpu_hours.period_end,
        metrics.metric,
        gpu_hours.gpu_hours as quantity,
        'GPU hours' as unit,
        gpu_hours.namespace,
        gpu_hours.cluster as account_id,
        gpu_hours.tags

    from gpu_hours
    cross join metrics
    where metrics.metric = 'gpu_capacity_hours' or not gpu_hours.is_idle
)

{{ select_usage('mapped', filled=[
    'usage_id', 'platform', 'source_table', 'delivery_id', 'period_start', 'period_end', 'metric', 'quantity', 'unit',
    'namespace', 'account_id', 'tags',
]) }}
