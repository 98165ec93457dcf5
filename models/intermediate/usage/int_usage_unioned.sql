with

usage_rows as (
    select * from {{ ref('int_usage_landed') }}
),

overlapping as (
    select usage_id from {{ ref('int_overlapping_usage') }}
),

-- What another source already counts is no driver a second time; it is kept apart, in fct_overlapping_usage.
counting as (
    select usage_rows.*

    from usage_rows
    left join overlapping
        on usage_rows.usage_id = overlapping.usage_id
    where overlapping.usage_id is null
)

select * from counting
