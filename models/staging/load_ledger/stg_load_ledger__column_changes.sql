with

column_changes as (
    select * from {{ source('load_ledger', 'column_changes') }}
),

typed as (
    select
        delivery_id,
        column_name,
        change,
        is_declared

    from column_changes
)

select * from typed
