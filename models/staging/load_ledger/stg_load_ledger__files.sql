with

delivery_files as (
    select * from {{ source('load_ledger', 'delivery_files') }}
),

typed as (
    select
        delivery_id,
        file as file_name,
        sha256,
        cast(byte_count as {{ dbt.type_bigint() }}) as byte_count,
        cast(row_count as {{ dbt.type_bigint() }}) as row_count,
        cast(money_rounding as decimal(38, 20)) as money_rounding

    from delivery_files
)

select * from typed
