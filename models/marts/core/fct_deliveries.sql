with

deliveries as (
    select * from {{ ref('stg_load_ledger__deliveries') }}
),

faults as (
    select * from {{ ref('stg_load_ledger__quarantine') }}
),

ranked_faults as (
    select
        faults.*,
        row_number() over (
            partition by delivery_id
            order by
                file_name asc nulls last,
                row_number asc nulls last,
                column_name asc nulls last,
                reason asc nulls last
        ) as place,
        count(*) over (partition by delivery_id) as fault_count

    from faults
),

delivered as (
    select
        deliveries.delivery_id,
        deliveries.platform,
        deliveries.source_table,
        deliveries.role,
        deliveries.status,
        deliveries.unknown_columns,
        deliveries.accepted_by,
        deliveries.acceptance_reason,
        ranked_faults.file_name as first_fault_file,
        ranked_faults.column_name as first_fault_column,
        ranked_faults.reason as first_fault_reason,
        ranked_faults.remedy as first_fault_remedy,
        ranked_faults.row_number as first_fault_row,
        deliveries.file_count,
        deliveries.row_count,
        cast(coalesce(ranked_faults.fault_count, 0) as {{ dbt.type_bigint() }}) as fault_count,
        deliveries.arrived_sequence,
        deliveries.money_rounding,
        deliveries.content_from,
        deliveries.content_to,
        deliveries.delivered_at

    from deliveries
    left join ranked_faults
        on deliveries.delivery_id = ranked_faults.delivery_id
            and ranked_faults.place = 1
)

select * from delivered
