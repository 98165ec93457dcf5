{{ config(materialized='table') }}

with

direct_charges as (
    select * from {{ ref('int_direct_charges_assigned') }}
),

pools as (
    select * from {{ ref('int_pools_collected') }}
),

pool_parts as (
    select * from {{ ref('int_pools_split_by_driver') }}
),

direct as (
    select
        charge_group_id,
        cast(null as {{ dbt.type_string() }}) as pool_id,
        coalesce(single_charge_id, charge_group_id) as sequence_id,
        platform,
        billing_account_id,
        invoice_id,
        feature,
        cost_centre_code,
        use_case_id,
        environment,
        model,
        workflow_id,
        case when method = 'owner' or unallocated_reason is not null then identity_type end as identity_type,
        case when method = 'owner' or unallocated_reason is not null then identity_id end as identity_id,
        case when method = 'owner' then owner_rung end as owner_rung,
        rule_key,
        rule_id,
        rule_version,
        method,
        cast(null as {{ dbt.type_string() }}) as fallback_method,
        'direct' as driver,
        unallocated_reason,
        billing_currency,
        reporting_currency,
        cast(1 as {{ column_type('quantity') }}) as driver_numerator,
        cast(1 as {{ column_type('quantity') }}) as driver_denominator,
        cast(1 as decimal(38, 0)) as driver_units,
        cast(1 as decimal(38, 0)) as driver_units_total,
        billed_cost,
        effective_cost,
        reporting_cost,
        accounting_month,
        charge_date,
        period_start

    from direct_charges
),

pooled as (
    select
        cast(null as {{ dbt.type_string() }}) as charge_group_id,
        pools.pool_id,
        pools.pool_id as sequence_id,
        pools.platform,
        pools.billing_account_id,
        pools.invoice_id,
        cast(null as {{ dbt.type_string() }}) as feature,
        pool_parts.cost_centre_code,
        pool_parts.use_case_id,
        cast(null as {{ dbt.type_string() }}) as environment,
        cast(null as {{ dbt.type_string() }}) as model,
        cast(null as {{ dbt.type_string() }}) as workflow_id,
        pool_parts.identity_type,
        pool_parts.identity_id,
        cast(null as {{ dbt.type_string() }}) as owner_rung,
        pools.rule_key,
        pools.rule_id,
        pools.rule_version,
        pools.method,
        case when pool_parts.attempt > 1 then pool_parts.driver end as fallback_method,
        pool_parts.driver,
        pool_parts.unallocated_reason,
        pools.billing_currency,
        pools.reporting_currency,
        pool_parts.driver_numerator,
        pool_parts.driver_denominator,
        pool_parts.driver_units,
        pool_parts.driver_units_total,
        pool_parts.billed_cost,
        pool_parts.effective_cost,
        pool_parts.reporting_cost,
        pools.accounting_month,
        pools.pool_date as charge_date,
        pools.period_start

    from pools
    inner join pool_parts
        on pools.pool_id = pool_parts.pool_id
),

assigned as (
    select * from direct
    union all
    select * from pooled
)

select * from assigned
