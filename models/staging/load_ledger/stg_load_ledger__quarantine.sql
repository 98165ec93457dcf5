with

quarantine as (
    select * from {{ source('load_ledger', 'quarantine') }}
),

typed as (
    select
        delivery_id,
        platform,
        source_table,
        file as file_name,
        column_name,
        reason,
        remedy,
        cast(row_number as {{ dbt.type_bigint() }}) as row_number

    from quarantine
)

select * from typed
