{{ config(materialized='table') }}

with

members as (
    select * from {{ ref('int_pool_members') }}
),

rules as (
    select * from {{ ref('int_allocation_rules') }}
),

summed as (
    select
        pool_id,
        credited_group_id,
        rule_key,
        platform,
        billing_account_id,
        invoice_id,
        model,
        api_key_id,
        billing_currency,
        reporting_currency,
        count(*) as charge_group_count,
        cast(sum(billed_cost) as {{ column_type('money') }}) as billed_cost,
        cast(sum(effective_cost) as {{ column_type('money') }}) as effective_cost,
        cast(sum(reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        accounting_month,
        pool_date

    from members
    group by
        pool_id,
        credited_group_id,
        rule_key,
        platform,
        billing_account_id,
        invoice_id,
        model,
        api_key_id,
        billing_currency,
        reporting_currency,
        accounting_month,
        pool_date
),

pools as (
    select
        summed.*,
        rules.rule_id,
        rules.rule_version,
        rules.method,
        rules.driver_grain,
        coalesce(lower(rules.driver_scope), summed.platform) as driver_scope,
        rules.split_id,
        rules.target_cost_centre,
        rules.idle_policy,
        rules.methods,
        cast(summed.pool_date as timestamp) as period_start

    from summed
    left join rules
        on summed.rule_key = rules.rule_key
)

select * from pools
