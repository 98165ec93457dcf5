with

charges as (
    select * from {{ ref('int_charges_grouped') }}
),

lineage as (
    select
        charge_id,
        charge_group_id,
        delivery_id,
        source_table,
        source_file as file_name,
        source_row as row_number,
        accounting_month

    from charges
)

select * from lineage
