with

pools as (
    select * from {{ ref('int_pools_collected') }}
),

-- The rule's own method first, then its fallbacks in order.
attempts as (
    {{ explode_text('pools', 'methods') }}
),

ordered as (
    select
        pool_id,
        item_position as attempt,
        item as attempt_method,
        driver_scope,
        driver_grain,
        split_id,
        target_cost_centre,
        billing_currency,
        accounting_month,
        pool_date,
        period_start

    from attempts
    where credited_group_id is null
)

select * from ordered
