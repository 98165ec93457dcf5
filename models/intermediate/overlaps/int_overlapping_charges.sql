with

kept as (
    select * from {{ ref('int_overlaps_met') }}
    where row_kind = 'charge'
),

charges as (
    select
        row_id as charge_id,
        overlap_set,
        accounting_month,
        shared_value

    from kept
)

select * from charges
