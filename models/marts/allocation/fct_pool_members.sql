with

members as (
    select * from {{ ref('int_pool_members') }}
),

posted as (
    select * from {{ ref('stg_closes__pool_members') }}
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

pool_members as (
    select
        members.pool_id,
        members.charge_group_id,
        members.platform,
        members.billing_currency,
        members.reporting_currency,
        members.billed_cost,
        members.effective_cost,
        members.reporting_cost,
        members.accounting_month,
        periods.period_status

    from members
    left join periods
        on members.accounting_month = periods.accounting_month
    where coalesce(periods.period_status, 'open') <> 'closed'

    union all

    select
        pool_id,
        charge_group_id,
        platform,
        billing_currency,
        reporting_currency,
        billed_cost,
        effective_cost,
        reporting_cost,
        accounting_month,
        'closed' as period_status

    from posted
)

select * from pool_members
