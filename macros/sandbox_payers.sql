{#-
    Who pays on either side of a sandbox's cap and after its expiry: the programme inside, the sponsor (the use case's
    cost centre or its successor) or nobody outside, as policy says. A query in brackets behind a CTE's name: one row
    per sandbox assignment.

    staged: relation shaped as int_allocations_staged, of any tier.
-#}
{% macro sandbox_payers(staged) %}
with

sandbox_assignments as (
    select
        assignment_id,
        use_case_id,
        period_start

    from {{ staged }}
    where is_sandbox
),

programme as (
    select * from {{ ref('int_programme_cost_centres') }}
),

over_cap_policy as (
    select
        value as over_cap_funding,
        valid_from,
        valid_to

    from {{ ref('stg_registers__policy') }}
    where setting = 'sandbox_over_cap'
),

use_cases as (
    select * from {{ ref('stg_registers__use_cases') }}
),

cost_centres as (
    select * from {{ ref('int_cost_centres_succeeded') }}
),

looked_up as (
    select
        sandbox_assignments.assignment_id,
        programme.paying_cost_centre_code as programme_code,
        case
            when programme.paying_cost_centre_code is null
                then coalesce(programme.dead_end_reason, 'unknown_cost_centre')
        end as programme_reason,
        coalesce(over_cap_policy.over_cap_funding, 'sponsor') as over_cap_funding,
        sponsors.paying_cost_centre_code as sponsor_code,
        case
            when sponsors.paying_cost_centre_code is null then coalesce(sponsors.dead_end_reason, 'unknown_cost_centre')
        end as sponsor_reason

    from sandbox_assignments
    left join programme
        on sandbox_assignments.period_start >= programme.valid_from
            and sandbox_assignments.period_start < programme.valid_to
    left join over_cap_policy
        on sandbox_assignments.period_start >= over_cap_policy.valid_from
            and sandbox_assignments.period_start < over_cap_policy.valid_to
    left join use_cases
        on sandbox_assignments.use_case_id = use_cases.use_case_id
            and sandbox_assignments.period_start >= use_cases.valid_from
            and sandbox_assignments.period_start < use_cases.valid_to
    left join cost_centres as sponsors
        on use_cases.cost_centre_code = sponsors.cost_centre_code
            and sandbox_assignments.period_start >= sponsors.segment_start
            and sandbox_assignments.period_start < sponsors.segment_end
),

payers as (
    select
        assignment_id,
        programme_code as inside_payer_code,
        programme_reason as inside_reason,
        case when over_cap_funding <> 'unallocated' then sponsor_code end as outside_payer_code,
        case when over_cap_funding = 'unallocated' then 'sandbox_over_cap' else sponsor_reason end as over_cap_reason,
        case when over_cap_funding = 'unallocated' then 'sandbox_expired' else sponsor_reason end as expired_reason

    from looked_up
)

select * from payers
{% endmacro %}
