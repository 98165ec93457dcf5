with

members as (
    select * from {{ ref('int_pool_members') }}
),

pool_members as (
    select
        pool_id,
        charge_group_id,
        platform,
        billing_currency,
        reporting_currency,
        billed_cost,
        effective_cost,
        reporting_cost,
        accounting_month

    from members
)

select * from pool_members
