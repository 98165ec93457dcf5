{#- Tier 1 first; one relation a tier. -#}
{% set tiers = [
    ref('int_allocations_funded'), ref('int_tier_2_allocations_funded'), ref('int_tier_3_allocations_funded'),
    ref('int_tier_4_allocations_funded'), ref('int_tier_5_allocations_funded'),
] %}

with

allocations as (
    {% for relation in tiers %}
    select * from {{ relation }}
    {{ "union all" if not loop.last }}
    {% endfor %}
),

onward_pools as (
    select * from {{ ref('int_onward_pools') }}
),

-- What a later tier's pool took is replaced by that pool's parts; all else stays where it is.
passed_on as (
    select
        allocations.*,
        onward_pools.pool_id as onward_pool_id

    from allocations
    left join onward_pools
        on {{ onward_pool_of('allocations', 'onward_pools') }}
)

select * from passed_on
