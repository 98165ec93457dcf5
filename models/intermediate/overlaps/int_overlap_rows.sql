with

charges as (
    select * from {{ ref('int_charges_landed') }}
),

usage_rows as (
    select * from {{ ref('int_usage_landed') }}
),

-- What an overlap set looks at, of bills and of usage alike.
described as (
    select
        'charge' as row_kind,
        x_charge_id as row_id,
        x_platform as platform,
        x_source_table as source_table,
        service_name,
        x_sku as sku,
        sub_account_id,
        resource_id,
        cast(null as {{ dbt.type_string() }}) as metric,
        {{ month_start('billing_period_start') }} as accounting_month,
        charge_period_start as row_start

    from charges

    union all

    select
        'usage' as row_kind,
        usage_id as row_id,
        platform,
        source_table,
        cast(null as {{ dbt.type_string() }}) as service_name,
        cast(null as {{ dbt.type_string() }}) as sku,
        coalesce(project_id, workspace_id, account_id) as sub_account_id,
        resource_id,
        metric,
        {{ month_start('period_start') }} as accounting_month,
        period_start as row_start

    from usage_rows
)

select * from described
