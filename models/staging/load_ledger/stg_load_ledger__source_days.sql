with

source_days as (
    select * from {{ source('load_ledger', 'source_days') }}
),

typed as (
    select
        source_table,
        series,
        every,
        cast(first_date as date) as first_date,
        cast(last_date as date) as last_date

    from source_days
)

select * from typed
