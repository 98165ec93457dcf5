-- One row per GPU-hour row of a cluster that has tariffs: what the company charges itself. Of a cluster whose nodes a
-- cloud bills there is no tariff, and its jobs only divide that bill.
with

gpu_hours as (
    select * from {{ ref('stg_slurm__gpu_hours') }}
),

tariffs as (
    select * from {{ ref('stg_registers__tariffs') }}
    where platform = 'slurm'
),

priced as (
    {{ priced_gpu_hours('gpu_hours', 'tariffs') }}
),

mapped as (
    select
        gpu_hours_id as x_charge_id,
        _delivery_id as x_delivery_id,
        'slurm__jobs' as x_source_table,
        _file as x_source_file,
        _row as x_source_row,
        'slurm' as x_platform,
        case when is_priced then 'tariff' else 'unpriced' end as x_cost_basis,
        false as x_is_coarse,
        tariff_cost as billed_cost,
        tariff_cost as effective_cost,
        tariff_cost as list_cost,
        tariff_cost as contracted_cost,
        tariff_currency as billing_currency,
        'slurm' as billing_account_id,
        'Internal tariff' as billing_account_name,
        'Internal' as billing_account_type,
        cast(date_trunc('month', period_start) as {{ dbt.type_timestamp() }}) as billing_period_start,
        {{ next_month_start('period_start') }} as billing_period_end,
        period_start as charge_period_start,
        period_end as charge_period_end,
        'Usage' as charge_category,
        'Usage-Based' as charge_frequency,
        'GPU hours of a job on ' || cluster || case when is_priced then ', at the internal tariff' else ', without a tariff' end
            as charge_description,
        cast(gpu_hour_units as decimal(26, 0)) * cast(0.000001 as decimal(7, 6)) as consumed_quantity,
        'GPU hours' as consumed_unit,
        cast(gpu_hour_units as decimal(26, 0)) * cast(0.000001 as decimal(7, 6)) as pricing_quantity,
        'GPU hours' as pricing_unit,
        tariff_currency as pricing_currency,
        'Standard' as pricing_category,
        'Compute' as service_category,
        'Slurm' as service_name,
        'Internal' as service_provider_name,
        'Internal' as host_provider_name,
        'Internal' as invoice_issuer_name,
        cluster as sub_account_id,
        cluster as sub_account_name,
        'Cluster' as sub_account_type,
        coalesce(gpu_model, 'gpu') as x_sku,
        'gpu' as x_feature,
        project_id as x_project_id,
        account as x_account_id,
        user_id as x_user_id

    from priced
)

{{ select_charges('mapped', filled=[
    'x_charge_id', 'x_delivery_id', 'x_source_table', 'x_source_file', 'x_source_row', 'x_platform', 'x_cost_basis',
    'x_is_coarse', 'billed_cost', 'effective_cost', 'list_cost', 'contracted_cost', 'billing_currency',
    'billing_account_id', 'billing_account_name', 'billing_account_type', 'billing_period_start',
    'billing_period_end', 'charge_period_start', 'charge_period_end', 'charge_category', 'charge_frequency',
    'charge_description', 'consumed_quantity', 'consumed_unit', 'pricing_quantity', 'pricing_unit',
    'pricing_currency', 'pricing_category', 'service_category', 'service_name', 'service_provider_name',
    'host_provider_name', 'invoice_issuer_name', 'sub_account_id', 'sub_account_name', 'sub_account_type', 'x_sku',
    'x_feature', 'x_project_id', 'x_account_id', 'x_user_id',
]) }}
