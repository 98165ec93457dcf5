with

pools as (
    select * from {{ ref('int_pools_collected') }}
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
        {{ driver_id('item', 'attempts') }} as driver_id

    from attempts
    where credited_group_id is null
)

select * from keyed
