-- One row per allocation with GPUs and step (JSON), or pod and day (CSV).
with

allocations as (
    select * from {{ ref('stg_kubernetes__allocations') }}
),

opencost_csv as (
    select * from {{ source('kubernetes', 'opencost_csv') }}
    where cast(gpus as decimal(26, 12)) > 0
),

-- The CSV says how many GPUs a pod had while it ran, not for how long: a whole day is the most it can have been.
unioned as (
    select
        gpu_hours_id,
        _delivery_id,
        _file,
        _row,
        'kubernetes__opencost_json' as source_table,
        cluster,
        namespace,
        provider_id,
        gpu_model,
        labels,
        namespace_labels,
        is_idle,
        gpu_hour_units,
        period_start,
        period_end

    from allocations

    union all

    select
        _row_id as gpu_hours_id,
        _delivery_id,
        _file,
        _row,
        'kubernetes__opencost_csv' as source_table,
        _path_cluster as cluster,
        namespace,
        cast(null as {{ dbt.type_string() }}) as provider_id,
        cast(null as {{ dbt.type_string() }}) as gpu_model,
        labels,
        cast(null as {{ dbt.type_string() }}) as namespace_labels,
        coalesce(namespace = '__idle__', false) as is_idle,
        cast(cast(gpus as decimal(26, 12)) * 24000000 as decimal(38, 0)) as gpu_hour_units,
        cast(date as {{ dbt.type_timestamp() }}) as period_start,
        {{ add_days('cast(date as ' ~ dbt.type_timestamp() ~ ')', 1) }} as period_end

    from opencost_csv
),

-- Nobody's are what no pod asked for, and what carries no label by which the answer was aggregated.
identified as (
    select
        gpu_hours_id,
        _delivery_id,
        _file,
        _row,
        source_table,
        cluster,
        case
            when namespace is not null and namespace not like '^_^_%' escape '^' then cluster || '/' || namespace
        end as namespace,
        -- A provider's id may stand behind a path: `aws:///eu-west-2a/i-0abc` is the machine i-0abc.
        regexp_extract(provider_id, '([^/]+)$', 1) as node_id,
        gpu_model,
        {{ merged_json_objects(['namespace_labels', 'labels']) }} as tags,
        is_idle,
        gpu_hour_units,
        cast(gpu_hour_units as decimal(26, 0)) * cast(0.000001 as decimal(7, 6)) as gpu_hours,
        period_start,
        period_end

    from unioned
)

select * from identified
