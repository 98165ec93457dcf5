{#-
    One tier's step: what shared services of a tier hold, after all lower tiers, goes onward by the rules of the tier,
    through the stage of each receiver's use case. A whole model: one row per part and side of a sandbox's cap, shaped as
    int_allocations_funded. SQL that both engines run cannot recurse, so each tier is a model of its own.

    tier: from 2. lower: the relations of the lower tiers, that of tier 1 first.
-#}
{% macro stepped_down(tier, lower) %}
with

lower_allocations as (
    {% for relation in lower %}
    select * from {{ relation }}
    {{ "union all" if not loop.last }}
    {% endfor %}
),

onward_pools as (
    select * from {{ ref('int_onward_pools') }}
    where tier = {{ tier }}
),

chosen_drivers as (
    select * from {{ ref('int_pool_drivers_chosen') }}
),

members as (
    select
        onward_pools.pool_id,
        coalesce(lower_allocations.allocation_path, lower_allocations.rule_id) as allocation_path,
        lower_allocations.billed_cost,
        lower_allocations.effective_cost,
        lower_allocations.reporting_cost

    from lower_allocations
    inner join onward_pools
        on {{ onward_pool_of('lower_allocations', 'onward_pools') }}
),

held as (
    select
        pool_id,
        cast(sum(billed_cost) as {{ column_type('money') }}) as billed_cost,
        cast(sum(effective_cost) as {{ column_type('money') }}) as effective_cost,
        cast(sum(reporting_cost) as {{ column_type('money') }}) as reporting_cost

    from members
    group by pool_id
),

member_paths as (
    select
        pool_id,
        allocation_path

    from members
    group by
        pool_id,
        allocation_path
),

-- By which rules the cost came to the service, then the service and the rule that passes it on.
paths as (
    select
        onward_pools.pool_id,
        case when count(*) = 1 then max(member_paths.allocation_path) else
            '(' || {{ sorted_text('member_paths.allocation_path', "' + '") }} || ')'
        end || ' → ' || max(onward_pools.sender_code) || ': ' || max(onward_pools.rule_id) as allocation_path

    from onward_pools
    inner join member_paths
        on onward_pools.pool_id = member_paths.pool_id
    group by onward_pools.pool_id
),

pools_to_split as (
    select
        onward_pools.*,
        paths.allocation_path,
        held.billed_cost,
        held.effective_cost,
        held.reporting_cost

    from onward_pools
    inner join held
        on onward_pools.pool_id = held.pool_id
    inner join paths
        on onward_pools.pool_id = paths.pool_id
),

onward_parts as (
    {{ split_pools('pools_to_split', 'chosen_drivers') }}
),

onward_assigned as (
    {{ assigned_pool_parts('pools_to_split', 'onward_parts') }}
),

onward_staged as (
    {{ staged_allocations('onward_assigned') }}
),

-- Under a sandbox's cap the lower tiers' spend comes first.
lower_spend as (
    select
        use_case_id,
        stage_valid_from,
        cast(sum(reporting_cost) as {{ column_type('money') }}) as reporting_cost

    from lower_allocations
    where funding in ('inside', 'over_cap')
    group by
        use_case_id,
        stage_valid_from
),

onward_sandboxes as (
    {{ funded_sandboxes('onward_staged', spent='lower_spend') }}
),

onward_funded as (
    {{ funded_allocations('onward_staged', 'onward_sandboxes') }}
)

select * from onward_funded
{% endmacro %}
