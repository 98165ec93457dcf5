{#-
    Who pays in the end, in which billing mode. A query, for a model or in brackets behind a CTE's name.

    staged: relation shaped as int_allocations_staged, of any tier. sandboxes: as int_sandboxes_funded.
-#}
{% macro funded_allocations(staged, sandboxes) %}
with

staged as (
    select * from {{ staged }}
),

sandboxes_funded as (
    select * from {{ sandboxes }}
),

sandbox_payers as (
    {{ sandbox_payers(staged) }}
),

cost_centre_versions as (
    select * from {{ ref('stg_registers__cost_centres') }}
),

department_versions as (
    select * from {{ ref('stg_registers__departments') }}
),

-- Which side of cap and expiry an entry lies on; expiry is tested first.
sided as (
    select
        staged.*,
        case
            when staged.is_sandbox and staged.is_expired then 'expired'
            else sandboxes_funded.funding
        end as funding,
        coalesce(sandboxes_funded.billed_cost, staged.billed_cost) as funded_billed_cost,
        coalesce(sandboxes_funded.effective_cost, staged.effective_cost) as funded_effective_cost,
        coalesce(sandboxes_funded.reporting_cost, staged.reporting_cost) as funded_reporting_cost

    from staged
    left join sandboxes_funded
        on staged.assignment_id = sandboxes_funded.assignment_id
),

payers as (
    select
        sided.*,
        sided.cost_centre_code as assigned_cost_centre_code,
        case
            when sided.unallocated_reason is not null then sided.unallocated_reason
            when sided.funding = 'inside' then sandbox_payers.inside_reason
            when sided.funding = 'over_cap' then sandbox_payers.over_cap_reason
            when sided.funding = 'expired' then sandbox_payers.expired_reason
        end as funded_reason,
        case
            when sided.funding = 'inside' then sandbox_payers.inside_payer_code
            when sided.funding in ('over_cap', 'expired') then sandbox_payers.outside_payer_code
            else sided.cost_centre_code
        end as payer_code,
        coalesce(sided.funding = 'inside', false)
        or sided.driver = 'central'
        or coalesce(sided.is_idle, false)
        or coalesce(sided.method = 'central', false)
            as is_central

    from sided
    left join sandbox_payers
        on sided.assignment_id = sandbox_payers.assignment_id
),

-- Production is charged from the later of the use case's and its payer's department's date; empty means never.
departmental as (
    select
        payers.*,
        department_versions.department_code,
        department_versions.chargeback_from as department_chargeback_from

    from payers
    left join cost_centre_versions
        on payers.payer_code = cost_centre_versions.cost_centre_code
            and payers.period_start >= cost_centre_versions.valid_from
            and payers.period_start < cost_centre_versions.valid_to
    left join department_versions
        on cost_centre_versions.department_code = department_versions.department_code
            and payers.period_start >= department_versions.valid_from
            and payers.period_start < department_versions.valid_to
),

funded as (
    select
        charge_group_id,
        pool_id,
        platform,
        billing_account_id,
        invoice_id,
        feature,
        case when funded_reason is null then payer_code end as cost_centre_code,
        use_case_id,
        environment,
        model,
        workflow_id,
        identity_type,
        identity_id,
        owner_rung,
        rule_key,
        rule_id,
        rule_version,
        method,
        fallback_method,
        driver,
        is_idle,
        use_case_stage,
        funding,
        case
            when funded_reason is not null then null
            when is_central then 'central'
            when use_case_stage = 'production'
                and charge_date >= use_case_chargeback_from
                and charge_date >= department_chargeback_from
                then 'chargeback'
            else 'showback'
        end as billing_mode,
        funded_reason as unallocated_reason,
        billing_currency,
        reporting_currency,
        driver_numerator,
        driver_denominator,
        driver_units,
        driver_units_total,
        funded_billed_cost as billed_cost,
        funded_effective_cost as effective_cost,
        funded_reporting_cost as reporting_cost,
        accounting_month,
        charge_date,
        tier,
        allocation_path,
        assigned_cost_centre_code,
        sandbox_cap,
        stage_valid_from

    from departmental
)

select * from funded
{% endmacro %}
