with

gpu_hours as (
    select * from {{ ref('stg_slurm__gpu_hours') }}
),

clusters as (
    select * from {{ source('slurm', 'clusters') }}
    where gpus is not null
),

-- What a cluster could have run, on each day from its first job to its last.
cluster_spans as (
    select
        cluster,
        min(_delivery_id) as _delivery_id,
        cast(min(period_start) as date) as first_date,
        cast({{ add_seconds('max(period_end)', -1) }} as date) as last_date

    from gpu_hours
    group by cluster
),

cluster_days as (
    {{ explode_days('cluster_spans', 'first_date', 'last_date') }}
),

mapped as (
    select
        gpu_hours_id || ':gpu_hours' as usage_id,
        'slurm' as platform,
        'slurm__jobs' as source_table,
        _delivery_id as delivery_id,
        period_start,
        period_end,
        'gpu_hours' as metric,
        cast(gpu_hour_units as decimal(26, 0)) * cast(0.000001 as decimal(7, 6)) as quantity,
        'GPU hours' as unit,
        project_id,
        account as account_id,
        user_id

    from gpu_hours

    union all

    select
        'slurm:' || cluster_days.cluster || ':' || cast(cluster_days.calendar_date as {{ dbt.type_string() }})
        || ':gpu_capacity_hours' as usage_id,
        'slurm' as platform,
        'slurm__clusters' as source_table,
        cluster_days._delivery_id as delivery_id,
        cast(cluster_days.calendar_date as {{ dbt.type_timestamp() }}) as period_start,
        {{ add_days('cluster_days.calendar_date', 1) }} as period_end,
        'gpu_capacity_hours' as metric,
        cast(clusters.gpus as decimal(20, 6)) * 24 as quantity,
        'GPU hours' as unit,
        cast(null as {{ dbt.type_string() }}) as project_id,
        cast(null as {{ dbt.type_string() }}) as account_id,
        cast(null as {{ dbt.type_string() }}) as user_id

    from cluster_days
    inner join clusters
        on cluster_days.cluster = clusters._path_cluster
)

{{ select_usage('mapped', filled=[
    'usage_id', 'platform', 'source_table', 'delivery_id', 'period_start', 'period_end', 'metric', 'quantity', 'unit',
    'project_id', 'account_id', 'user_id',
]) }}
