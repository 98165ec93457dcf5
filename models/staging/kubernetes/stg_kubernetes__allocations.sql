-- One row per allocation with GPUs: hours that pods requested, and of idle ones the hours that their cost stands for.
--
-- OpenCost states no hours of what is idle, only its cost. At list price a cluster's hours and costs go together, so the
-- idle hours are its cost at the rate at which the month's pods were priced.
with

opencost_json as (
    select * from {{ source('kubernetes', 'opencost_json') }}
),

typed as (
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        _path_cluster as cluster,
        name,
        namespace,
        provider_id,
        gpu_model,
        labels,
        namespace_labels,
        name = '__idle__' or name like '%/^_^_idle^_^_' escape '^' or name like '^_^_idle^_^_/%' escape '^' as is_idle,
        regexp_extract(lower(gpu_model), 'mig ([0-9])g[.]', 1) as slice_size,
        cast(gpu_hours as decimal(26, 12)) as gpu_hours,
        cast(gpu_cost as decimal(26, 10)) + coalesce(cast(gpu_cost_adjustment as decimal(26, 10)), 0) as gpu_cost,
        cast(window_start as {{ dbt.type_timestamp() }}) as period_start,
        cast(window_end as {{ dbt.type_timestamp() }}) as period_end

    from opencost_json
),

-- A slice of a GPU is as many sevenths of it, of an A30 quarters.
sliced as (
    select
        typed.*,
        case when coalesce(slice_size, '') = '' then 1 else cast(slice_size as decimal(3, 0)) end as slice_parts,
        case
            when coalesce(slice_size, '') = '' then 1
            when lower(gpu_model) like '%a30%' then 4
            else 7
        end as gpu_parts

    from typed
),

-- In millionths of an hour, rounded half up.
measured as (
    select
        sliced.*,
        {{ int_div(
            '2 * cast(greatest(gpu_hours, 0) * 1000000000000 as decimal(38, 0)) * slice_parts + 1000000 * gpu_parts',
            '2000000 * gpu_parts',
        ) }} as requested_units,
        {{ to_units('greatest(gpu_cost, 0)') }} as cost_units

    from sliced
),

with_rate as (
    select
        measured.*,
        cast(sum(case when is_idle then 0 else requested_units end) over (
            partition by cluster, {{ month_start('period_start') }}
        ) as decimal(38, 0)) as month_hour_units,
        cast(sum(case when is_idle then 0 else cost_units end) over (
            partition by cluster, {{ month_start('period_start') }}
        ) as decimal(38, 0)) as month_cost_units

    from measured
),

hours as (
    select
        _row_id as gpu_hours_id,
        _delivery_id,
        _file,
        _row,
        cluster,
        name,
        namespace,
        provider_id,
        gpu_model,
        labels,
        namespace_labels,
        is_idle,
        case
            when not is_idle then requested_units
            when requested_units > 0 then requested_units
            when month_cost_units = 0 then 0
            else {{ int_div('2 * cost_units * month_hour_units + month_cost_units', '2 * greatest(month_cost_units, 1)') }}
        end as gpu_hour_units,
        period_start,
        period_end

    from with_rate
)

select * from hours
where gpu_hour_units > 0
