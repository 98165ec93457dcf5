with

direct_charges as (
    select * from {{ ref('int_direct_charges_assigned') }}
),

pools as (
    select
        pools.*,
        1 as tier,
        cast(null as {{ dbt.type_string() }}) as allocation_path

    from {{ ref('int_pools_collected') }} as pools
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
        false as is_idle,
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
        period_start,
        1 as tier,
        cast(null as {{ dbt.type_string() }}) as allocation_path

    from direct_charges
),

pooled as (
    {{ assigned_pool_parts('pools', 'pool_parts') }}
),

assigned as (
    select * from direct
    union all
    select * from pooled
)

select * from assigned
