with

members as (
    select * from {{ source('closes', 'pool_members') }}
),

typed as (
    select
        pool_id,
        charge_group_id,
        platform,
        billing_currency,
        reporting_currency,
        cast(billed_cost as {{ column_type('money') }}) as billed_cost,
        cast(effective_cost as {{ column_type('money') }}) as effective_cost,
        cast(reporting_cost as {{ column_type('money') }}) as reporting_cost,
        cast(accounting_month as date) as accounting_month

    from members
)

select * from typed
