with

kept as (
    select * from {{ ref('int_overlaps_met') }}
    where row_kind = 'usage'
),

usage_rows as (
    select
        row_id as usage_id,
        overlap_set,
        accounting_month,
        shared_value

    from kept
)

select * from usage_rows
