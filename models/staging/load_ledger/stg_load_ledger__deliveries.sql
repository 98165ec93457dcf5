with

deliveries as (
    select * from {{ source('load_ledger', 'deliveries') }}
),

typed as (
    select
        delivery_id,
        platform,
        source_table,
        role,
        status,
        unknown_columns,
        series,
        accepted_by,
        acceptance_reason,
        cast(file_count as {{ dbt.type_bigint() }}) as file_count,
        cast(row_count as {{ dbt.type_bigint() }}) as row_count,
        cast(arrived_sequence as {{ dbt.type_bigint() }}) as arrived_sequence,
        cast(settles_after_days as {{ dbt.type_bigint() }}) as settles_after_days,
        cast(superseded_row_count as {{ dbt.type_bigint() }}) as superseded_row_count,
        cast(billed_amount as {{ column_type('money') }}) as billed_amount,
        cast(superseded_amount as {{ column_type('money') }}) as superseded_amount,
        cast(money_rounding as decimal(38, 20)) as money_rounding,
        is_billed_by_file,
        cast(content_from as date) as content_from,
        cast(content_to as date) as content_to,
        cast(delivered_at as {{ dbt.type_timestamp() }}) as delivered_at

    from deliveries
)

select * from typed
