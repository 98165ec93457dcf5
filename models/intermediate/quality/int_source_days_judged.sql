-- One row per source, series and month: the days of which nothing came although the source tells something of each.
--
-- What is missing lies between two runs of days, or after the last one: a source that stops is flagged for 62 days in the
-- month in which it fell silent, then nothing is expected of it any more (state `no data`). The newest days may be late.
{% set days_late = {'day': 7, 'working_day': 7, 'month': 40} %}
with

source_runs as (
    select * from {{ ref('stg_load_ledger__source_days') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

followed as (
    select
        source_runs.*,
        lead(first_date) over (
            partition by source_table, series
            order by first_date asc nulls last
        ) as next_first_date

    from source_runs
),

gaps as (
    select
        source_table,
        series,
        every,
        cast({{ add_days('last_date', 1) }} as date) as gap_start,
        cast({{ add_days('next_first_date', -1) }} as date) as gap_end

    from followed
    where next_first_date is not null
),

told as (
    {{ explode_days('source_runs', 'first_date', 'last_date') }}
),

missing as (
    {{ explode_days('gaps', 'gap_start', 'gap_end') }}
),

stops as (
    select
        followed.source_table,
        followed.series,
        followed.every,
        followed.last_date,
        {{ dbt.datediff('followed.last_date', 'as_of.as_of_date', 'day') }} as silent_days

    from followed
    cross join as_of
    where followed.next_first_date is null
        and {{ dbt.datediff('followed.last_date', 'as_of.as_of_date', 'day') }} > case followed.every
            {%- for every, days in days_late.items() %}
            when '{{ every }}' then {{ days }}
            {%- endfor %}
        end
),

days as (
    select
        source_table,
        series,
        every,
        cast(null as date) as missing_date,
        cast(null as date) as last_date,
        0 as silent_days,
        {{ month_start('calendar_date') }} as check_month

    from told
    union all
    select
        source_table,
        series,
        every,
        case
            when every <> 'working_day'
                or {{ dbt.datediff("date_trunc('week', calendar_date)", 'calendar_date', 'day') }} < 5
                then calendar_date
        end as missing_date,
        cast(null as date) as last_date,
        0 as silent_days,
        {{ month_start('calendar_date') }} as check_month

    from missing
    union all
    select
        source_table,
        series,
        every,
        cast(null as date) as missing_date,
        last_date,
        silent_days,
        {{ month_start(add_days('last_date', 1)) }} as check_month

    from stops
),

by_month as (
    select
        source_table,
        series,
        every,
        count(missing_date) as missing_days,
        min(missing_date) as first_missing_date,
        max(missing_date) as last_missing_date,
        max(last_date) as last_date,
        max(silent_days) as silent_days,
        check_month

    from days
    group by
        source_table,
        series,
        every,
        check_month
),

judged as (
    select
        source_table,
        series,
        every,
        missing_days,
        silent_days,
        case
            when missing_days > 0 or silent_days between 1 and 62 then 'warn'
            when silent_days > 62 then 'no data'
            else 'ok'
        end as state,
        coalesce(first_missing_date, cast({{ add_days('last_date', 1) }} as date)) as since_date,
        first_missing_date,
        last_missing_date,
        last_date,
        check_month

    from by_month
)

select * from judged
