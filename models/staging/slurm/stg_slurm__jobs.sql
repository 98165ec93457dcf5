-- One row per run of a job that held GPUs: a requeued job ran more than once. Steps lie inside their job and are left out.
with

jobs as (
    select * from {{ source('slurm', 'jobs') }}
    where instr(job_id, '.') = 0
        and start like '____-__-__T__:__:__'
        and cast(elapsed_raw as decimal(38, 0)) > 0
),

clusters as (
    select * from {{ source('slurm', 'clusters') }}
),

resources as (
    {{ explode_text('jobs', 'alloc_tres', ',') }}
),

-- `gres/gpu=4,gres/gpu:a100=4` are the same four.
gpus as (
    select
        _row_id,
        cast(regexp_extract(item, '=([0-9]+)$', 1) as {{ dbt.type_bigint() }}) as device_count,
        regexp_extract(item, '^gres/gpu:([^=]+)=', 1) as gpu_model,
        regexp_extract(item, '(^|[:_])([0-9])g[.][0-9]+gb', 2) as slice_size

    from resources
    where item like 'gres/gpu=%' or item like 'gres/gpu:%'
),

-- In 28ths, of which sevenths and quarters are whole: a slice `1g.5gb` is a seventh of its GPU, of an A30 a quarter.
sized as (
    select
        _row_id,
        device_count,
        nullif(gpu_model, '') as gpu_model,
        device_count * case
            when slice_size = '' then 28
            when lower(gpu_model) like '%a30%' then cast(slice_size as {{ dbt.type_bigint() }}) * 7
            else cast(slice_size as {{ dbt.type_bigint() }}) * 4
        end as gpu_28ths

    from gpus
    where device_count > 0
),

by_job as (
    select
        _row_id,
        coalesce(sum(case when gpu_model is null then device_count end), 0) as all_count,
        coalesce(sum(case when gpu_model is not null then device_count end), 0) as typed_count,
        coalesce(sum(case when gpu_model is not null then gpu_28ths end), 0) as typed_28ths,
        max(gpu_model) as gpu_model

    from sized
    group by _row_id
),

-- The plain count says how many there are, the typed ones which; what is not typed is whole.
counted as (
    select
        _row_id,
        gpu_model,
        case
            when all_count = 0 then typed_28ths
            when typed_count > all_count then all_count * 28
            else typed_28ths + (all_count - typed_count) * 28
        end as gpu_28ths

    from by_job
),

placed as (
    select
        jobs._row_id,
        jobs._delivery_id,
        jobs._file,
        jobs._row,
        jobs._path_cluster as cluster,
        jobs.job_id,
        jobs.state,
        jobs.account,
        nullif(trim(replace(jobs.wckey, '*', '')), '') as project_id,
        jobs.user as user_id,
        jobs.partition as partition_name,
        counted.gpu_model,
        cast(counted.gpu_28ths as {{ dbt.type_bigint() }}) as gpu_28ths,
        cast(jobs.elapsed_raw as {{ dbt.type_bigint() }}) as elapsed_seconds,
        clusters.timezone,
        -- A cluster whose file is missing is read as UTC, and a test says so.
        {{ utc_from_local('cast(jobs.start as ' ~ dbt.type_timestamp() ~ ')', "coalesce(clusters.timezone, 'UTC')") }}
            as started_at

    from jobs
    inner join counted
        on jobs._row_id = counted._row_id
    left join clusters
        on jobs._path_cluster = clusters._path_cluster
),

-- The end by the clock that does not change in summer: the local one would lose or win an hour.
ended as (
    select
        placed.*,
        {{ add_seconds('started_at', 'elapsed_seconds') }} as ended_at

    from placed
)

select * from ended
