{% set needed = [
    'pool_id', 'methods', 'driver_scope', 'driver_grain', 'split_id', 'target_cost_centre', 'accounting_month',
    'pool_date', 'period_start', 'idle_policy', 'platform', 'model', 'api_key_id',
] %}

with

pools as (
    select
        {{ needed | join(', ') }},
        1 as tier

    from {{ ref('int_pools_collected') }}
    where credited_group_id is null

    union all

    -- What shared services hold is split by the same drivers.
    select
        {{ needed | join(', ') }},
        tier

    from {{ ref('int_onward_pools') }}
),

-- The rule's own method first, then its fallbacks in order.
attempts as (
    {{ explode_text('pools', 'methods') }}
),

keyed as (
    select
        pool_id,
        item_position as attempt,
        item as attempt_method,
        case when item <> 'gateway' then {{ driver_id('item', 'attempts') }} end as driver_id,
        platform,
        model,
        api_key_id,
        driver_scope,
        pool_date,
        period_start,
        tier

    from attempts
)

select * from keyed
