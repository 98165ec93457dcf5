with

charges as (
    select * from {{ ref('int_charges_grouped') }}
),

posted as (
    select * from {{ ref('stg_closes__charge_lineage') }}
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

-- What a posted entry was made from stays as it was at the close, also where the vendor has replaced the charge since.
lineage as (
    select
        charges.charge_id,
        charges.charge_group_id,
        charges.delivery_id,
        charges.source_table,
        charges.source_file as file_name,
        charges.source_row as row_number,
        charges.billed_cost,
        charges.effective_cost,
        charges.accounting_month,
        charges.charge_date,
        periods.period_status

    from charges
    left join periods
        on charges.accounting_month = periods.accounting_month
    where coalesce(periods.period_status, 'open') <> 'closed'

    union all

    select
        charge_id,
        charge_group_id,
        delivery_id,
        source_table,
        file_name,
        row_number,
        billed_cost,
        effective_cost,
        accounting_month,
        charge_date,
        'closed' as period_status

    from posted
)

select * from lineage
