{#-
    Allocations with the stage of their use case. A query, for a model or in brackets behind a CTE's name.

    assigned: relation shaped as int_allocations_assigned, of any tier.
-#}
{% macro staged_allocations(assigned) %}
with

allocations as (
    select * from {{ assigned }}
),

stages as (
    select * from {{ ref('int_use_case_stages') }}
),

-- The stage in force at the charge's period start, or at the pool's.
staged as (
    select
        allocations.*,
        stages.stage as use_case_stage,
        stages.sandbox_cap,
        stages.chargeback_from as use_case_chargeback_from,
        stages.valid_from as stage_valid_from,
        stages.expires_at,
        coalesce(stages.stage = 'sandbox' and allocations.unallocated_reason is null, false) as is_sandbox,
        coalesce(
            stages.stage = 'sandbox' and allocations.period_start >= stages.expires_at, false
        ) as is_expired

    from allocations
    left join stages
        on allocations.use_case_id = stages.use_case_id
            and allocations.period_start >= stages.valid_from
            and allocations.period_start < stages.valid_to
),

-- Only what a sandbox spends is looked at one by one.
named as (
    select
        case
            when is_sandbox
                then {{ hash_key([
                    'charge_group_id', 'pool_id', 'cost_centre_code', 'use_case_id', 'unallocated_reason',
                    'identity_type', 'identity_id', 'is_idle',
                ]) }}
        end as assignment_id,
        staged.*

    from staged
)

select * from named
{% endmacro %}
