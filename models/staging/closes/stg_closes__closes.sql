with

closes as (
    select * from {{ source('closes', 'closes') }}
),

typed as (
    select
        close_id,
        approved_by,
        input_fingerprint,
        cast(override_count as {{ dbt.type_bigint() }}) as override_count,
        cast(accounting_month as date) as accounting_month,
        cast(closed_at as {{ dbt.type_timestamp() }}) as closed_at

    from closes
)

select * from typed
