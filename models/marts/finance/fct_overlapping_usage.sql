with

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

overlapping as (
    select * from {{ ref('int_overlapping_usage') }}
),

sides as (
    select * from {{ ref('int_overlap_sides') }}
    where row_kind = 'usage'
),

usage_rows as (
    select * from {{ ref('int_usage_landed') }}
),

both_sides as (
    select
        overlapping.overlap_set,
        overlapping.accounting_month,
        usage_rows.metric,
        usage_rows.quantity as kept_quantity,
        0 as counted_quantity

    from usage_rows
    inner join overlapping
        on usage_rows.usage_id = overlapping.usage_id

    union all

    select
        sides.overlap_set,
        sides.accounting_month,
        usage_rows.metric,
        0 as kept_quantity,
        usage_rows.quantity as counted_quantity

    from usage_rows
    inner join sides
        on usage_rows.usage_id = sides.row_id
    where sides.side = 'counted'
),

summed as (
    select
        {{ hash_key(['overlap_set', 'accounting_month', 'metric']) }} as overlapping_usage_id,
        overlap_set,
        metric,
        cast(sum(kept_quantity) as {{ column_type('quantity') }}) as kept_quantity,
        cast(sum(counted_quantity) as {{ column_type('quantity') }}) as counted_quantity,
        accounting_month

    from both_sides
    group by
        overlap_set,
        accounting_month,
        metric
),

with_status as (
    select
        summed.*,
        periods.period_status

    from summed
    left join periods
        on summed.accounting_month = periods.accounting_month
)

select * from with_status
