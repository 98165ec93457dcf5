with

column_fillings as (
    select * from {{ source('load_ledger', 'column_fillings') }}
),

typed as (
    select
        source_table,
        column_name,
        cast(row_count as {{ dbt.type_bigint() }}) as row_count,
        cast(filled_count as {{ dbt.type_bigint() }}) as filled_count,
        cast(content_month as date) as content_month

    from column_fillings
)

select * from typed
