-- One row per run of a job and UTC day: its GPU hours in millionths, rounded half up. A job over a month's end is in both.
with

jobs as (
    select
        jobs.*,
        cast(started_at as date) as first_date,
        cast({{ add_seconds('ended_at', -1) }} as date) as last_date

    from {{ ref('stg_slurm__jobs') }} as jobs
),

job_days as (
    {{ explode_days('jobs', 'first_date', 'last_date') }}
),

clipped as (
    select
        job_days.*,
        greatest(started_at, cast(calendar_date as {{ dbt.type_timestamp() }})) as period_start,
        least(ended_at, {{ add_days('calendar_date', 1) }}) as period_end

    from job_days
),

timed as (
    select
        clipped.*,
        cast({{ seconds_between('period_start', 'period_end') }} as decimal(18, 0)) as held_seconds

    from clipped
),

measured as (
    select
        _row_id || ':' || cast(calendar_date as {{ dbt.type_string() }}) as gpu_hours_id,
        _delivery_id,
        _file,
        _row,
        cluster,
        job_id,
        account,
        project_id,
        user_id,
        gpu_model,
        {{ int_div('2 * held_seconds * gpu_28ths * 1000000 + 100800', '201600') }} as gpu_hour_units,
        cast(period_start as {{ dbt.type_timestamp() }}) as period_start,
        cast(period_end as {{ dbt.type_timestamp() }}) as period_end

    from timed
)

select * from measured
