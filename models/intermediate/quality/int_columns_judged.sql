-- One row per raw table and month of content: the columns that came or went with its deliveries.
with

deliveries as (
    select * from {{ ref('stg_load_ledger__deliveries') }}
    where status <> 'quarantined'
        and role <> 'register'
        and row_count > 0
),

changes as (
    select * from {{ ref('stg_load_ledger__column_changes') }}
),

dated as (
    select
        delivery_id,
        source_table,
        {{ month_start("coalesce(content_to, cast(delivered_at as date))") }} as check_month

    from deliveries
    where coalesce(content_to, cast(delivered_at as date)) is not null
),

-- Pulled again, a month tells of the same change again.
named as (
    select
        dated.source_table,
        dated.check_month,
        changes.column_name,
        max(case when changes.is_declared and changes.change = 'gone' then 1 else 0 end) as is_declared_gone,
        max(case when not changes.is_declared and changes.change = 'new' then 1 else 0 end) as is_unknown_new,
        max(case when not changes.is_declared and changes.change = 'gone' then 1 else 0 end) as is_unknown_gone,
        max(case when changes.is_declared and changes.change = 'new' then 1 else 0 end) as is_declared_new

    from dated
    left join changes
        on dated.delivery_id = changes.delivery_id
    group by
        dated.source_table,
        dated.check_month,
        changes.column_name
),

judged as (
    select
        source_table,
        sum(is_declared_gone) as declared_gone_count,
        sum(is_unknown_new) as unknown_new_count,
        sum(is_unknown_gone) as unknown_gone_count,
        sum(is_declared_new) as declared_new_count,
        {{ sorted_text("case when is_declared_gone = 1 then column_name end", "', '") }} as declared_gone,
        {{ sorted_text("case when is_unknown_new = 1 then column_name end", "', '") }} as unknown_new,
        {{ sorted_text("case when is_unknown_gone = 1 then column_name end", "', '") }} as unknown_gone,
        {{ sorted_text("case when is_declared_new = 1 then column_name end", "', '") }} as declared_new,
        case
            when sum(is_declared_gone) + sum(is_unknown_new) + sum(is_unknown_gone) > 0 then 'warn'
            else 'ok'
        end as state,
        check_month

    from named
    group by
        source_table,
        check_month
)

select * from judged
