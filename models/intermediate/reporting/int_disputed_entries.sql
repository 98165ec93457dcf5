with

open_disputes as (
    select * from {{ ref('stg_registers__disputes') }}
    where status = 'open'
),

entries as (
    select
        allocation_id,
        count(*) as dispute_count

    from open_disputes
    group by allocation_id
)

select * from entries
