with

lineage as (
    select * from {{ source('closes', 'charge_lineage') }}
),

typed as (
    select
        charge_id,
        charge_group_id,
        delivery_id,
        source_table,
        file_name,
        cast(row_number as {{ dbt.type_bigint() }}) as row_number,
        cast(billed_cost as {{ column_type('money') }}) as billed_cost,
        cast(effective_cost as {{ column_type('money') }}) as effective_cost,
        cast(accounting_month as date) as accounting_month,
        cast(charge_date as date) as charge_date

    from lineage
)

select * from typed
