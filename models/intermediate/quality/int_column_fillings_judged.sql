-- One row per raw table and month: the columns that are emptier than in the months before.
--
-- Compared is the share of empty rows with that of all months before, together; more than `null_rate_tolerance` above it is a
-- drift. A column without one value, that an earlier month had in more than that share of its rows, fell silent: that stays
-- a fault for as long as it lasts, however many silent months there are to compare with.
with

fillings as (
    select
        source_table,
        column_name,
        content_month as check_month,
        row_count,
        filled_count,
        row_count - filled_count as empty_count

    from {{ ref('stg_load_ledger__column_fillings') }}
    where row_count > 0
),

tolerances as (
    select
        cast(value as decimal(11, 6)) as tolerance,
        valid_from,
        valid_to

    from {{ ref('stg_registers__policy') }}
    where setting = 'null_rate_tolerance'
),

tolerated as (
    select
        fillings.*,
        coalesce(tolerances.tolerance, cast(0.25 as decimal(11, 6))) as tolerance

    from fillings
    left join tolerances
        on cast(fillings.check_month as {{ dbt.type_timestamp() }}) >= tolerances.valid_from
            and cast(fillings.check_month as {{ dbt.type_timestamp() }}) < tolerances.valid_to
),

remembered as (
    select
        tolerated.*,
        cast(sum(row_count) over (
            partition by source_table, column_name
            order by check_month asc nulls last
            rows between unbounded preceding and 1 preceding
        ) as decimal(18, 0)) as rows_before,
        cast(sum(empty_count) over (
            partition by source_table, column_name
            order by check_month asc nulls last
            rows between unbounded preceding and 1 preceding
        ) as decimal(18, 0)) as empty_before,
        max(
            case when cast(filled_count as decimal(18, 0)) > tolerance * cast(row_count as decimal(18, 0)) then check_month end
        ) over (
            partition by source_table, column_name
            order by check_month asc nulls last
            rows between unbounded preceding and 1 preceding
        ) as last_filled_month

    from tolerated
),

compared as (
    select
        source_table,
        column_name,
        tolerance,
        rows_before,
        last_filled_month,
        check_month,
        filled_count = 0 and last_filled_month is not null as is_silent,
        coalesce(
            cast(empty_count as decimal(18, 0)) * rows_before - empty_before * cast(row_count as decimal(18, 0))
            > tolerance * cast(row_count as decimal(18, 0)) * rows_before,
            false
        ) as is_emptier

    from remembered
),

judged as (
    select
        source_table,
        max(tolerance) as tolerance,
        sum(case when is_silent then 1 else 0 end) as silent_count,
        sum(case when is_emptier and not is_silent then 1 else 0 end) as emptier_count,
        {{ sorted_text("case when is_silent then column_name end", "', '") }} as silent_columns,
        {{ sorted_text("case when is_emptier and not is_silent then column_name end", "', '") }} as emptier_columns,
        case
            when max(case when is_silent then 1 else 0 end) = 1 then 'error'
            when max(case when is_emptier then 1 else 0 end) = 1 then 'warn'
            when max(rows_before) is null then 'no data'
            else 'ok'
        end as state,
        min(case when is_silent then {{ month_start(add_months('last_filled_month', 1)) }} end) as silent_since,
        check_month

    from compared
    group by
        source_table,
        check_month
)

select * from judged
