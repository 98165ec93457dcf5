"""What each file of the pack holds: one query a file, over $month and the use cases of the scope."""

from __future__ import annotations

# `in_scope` holds the month's use cases that the pack is about; {column} is what the scope's code stands in.
SCOPED = """
with in_scope as (
    select * from marts.fct_use_case_governance
    where accounting_month = $month and ($code is null or {column} = $code)
)
"""

FILES = {
    "ai_systems.csv": """
        select in_scope.use_case_id, in_scope.use_case_name, purposes.purpose, stage, is_registered, stage_approved_by,
            in_scope.department_code, department_name, division, legal_entity_code, in_scope.cost_centre_code,
            cost_centre_status, in_scope.benefiting_cost_centres, in_scope.business_owner_id, business_owner_status,
            in_scope.performance_owner_id, performance_owner_status, in_scope.usage_owner_id, usage_owner_status,
            in_scope.data_classification, reporting_currency, reporting_cost, expected_cost, consumption_status,
            token_count, request_count, in_scope.outcome_unit, outcome_status, outcome_count, gap_count, gap_kinds,
            is_complete, exception_id, judged_date, accounting_month, period_status
        from in_scope
        left join (
            select use_case_id, purpose from marts.dim_use_cases
            where valid_from < $month_end
            qualify row_number() over (partition by use_case_id order by valid_from desc) = 1
        ) as purposes using (use_case_id)
        order by in_scope.use_case_id
    """,
    "assessments.csv": """
        select use_case_id, use_case_name, stage, department_code, data_classification, required_assessments,
            assessments_in_force, missing_assessments, expired_assessments, reporting_currency, reporting_cost,
            exception_id, judged_date
        from in_scope
        order by use_case_id
    """,
    "governance_gaps.csv": """
        select use_case_id, use_case_name, gap_kind, stage, department_code, cost_centre_code, reporting_currency,
            exposed_cost, open_since_date, age_days, actor_role, actor_person_id, remedy, stops_close, is_excepted,
            exception_id, excepted_until_date
        from marts.fct_governance_gaps
        where accounting_month = $month and use_case_id in (select use_case_id from in_scope)
        order by exposed_cost desc, use_case_id, gap_kind
    """,
    "ownership_trail.csv": """
        select use_case_id, holding, subject, holder_id, valid_from,
            case when valid_to < timestamp '9999-01-01' then valid_to end as valid_to
        from marts.fct_ownership_trail
        where valid_from < $month_end and use_case_id in (select use_case_id from in_scope)
        order by use_case_id, holding, subject, valid_from, holder_id
    """,
    "third_party_systems.csv": """
        select use_case_id, platform, model, max(reporting_currency) as reporting_currency,
            sum(reporting_cost) as reporting_cost, sum(token_count)::decimal(38, 0) as token_count,
            sum(request_count)::decimal(38, 0) as request_count
        from marts.fct_showback_monthly
        where accounting_month = $month and use_case_id in (select use_case_id from in_scope)
        group by use_case_id, platform, model
        order by use_case_id, platform, model
    """,
    "chargeback_readiness.csv": """
        select use_case_id, use_case_name, stage, next_step, readiness_status, hindrances, chargeback_timing,
            chargeback_from_date, shown_month_count, min_showback_months, reporting_currency, reporting_cost,
            central_cost, showback_cost, chargeback_cost, unallocated_cost, budget_effect_cost,
            platform_unallocated_share
        from marts.fct_chargeback_readiness
        where accounting_month = $month and use_case_id in (select use_case_id from in_scope)
        order by use_case_id
    """,
    "sandboxes.csv": """
        select use_case_id, state, stage_valid_from, expires_date, days_left, reporting_currency, sandbox_cap,
            spent_cost, cap_left, over_cap_cost, expired_cost, run_rate_per_day, cap_expected_date, is_decided,
            usage_owner_id, business_owner_id, department_head_id, judged_date
        from marts.fct_sandbox_status
        where accounting_month = $month and use_case_id in (select use_case_id from in_scope)
        order by use_case_id, stage_valid_from
    """,
    "ownership_gaps.csv": """
        select gap_kind, platform, identity_type, identity_id, use_case_id, cost_centre_code, shared_by, suggestion,
            cost_source, reporting_cost, token_count, request_count, open_since_date, first_seen_date, last_seen_date,
            age_days
        from marts.fct_ownership_gaps
        where $code is null or use_case_id in (select use_case_id from in_scope)
            or cost_centre_code in (
                select cost_centres.cost_centre_code
                from marts.dim_cost_centres as cost_centres
                left join marts.dim_departments as departments
                    on cost_centres.department_code = departments.department_code
                    and departments.valid_from < $month_end and departments.valid_to >= $month_end
                where cost_centres.valid_from < $month_end and cost_centres.valid_to >= $month_end
                    and {column} = $code
            )
        order by reporting_cost desc, gap_kind, platform, identity_type, identity_id
    """,
}
