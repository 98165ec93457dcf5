{{ config(materialized='table') }}

with

sides as (
    select * from {{ ref('int_overlap_sides') }}
),

counted_places as (
    select
        row_kind,
        overlap_set,
        accounting_month,
        shared_value

    from sides
    where side = 'counted'
    group by
        row_kind,
        overlap_set,
        accounting_month,
        shared_value
),

met as (
    select
        sides.row_kind,
        sides.row_id,
        sides.overlap_set,
        sides.accounting_month,
        sides.shared_value,
        row_number() over (
            partition by sides.row_kind, sides.row_id
            order by sides.overlap_set asc nulls last
        ) as place

    from sides
    inner join counted_places
        on sides.row_kind = counted_places.row_kind
            and sides.overlap_set = counted_places.overlap_set
            and sides.accounting_month = counted_places.accounting_month
            and sides.shared_value = counted_places.shared_value
    where sides.side = 'kept'
),

-- A row that several sets keep out is out once, by the first of them.
kept as (
    select
        row_kind,
        row_id,
        overlap_set,
        accounting_month,
        shared_value

    from met
    where place = 1
)

select * from kept
