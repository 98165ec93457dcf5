with

use_cases as (
    select * from {{ ref('int_use_cases_by_month') }}
),

placed as (
    select * from {{ ref('int_use_cases_placed') }}
),

measured as (
    select * from {{ ref('int_use_cases_measured') }}
),

months as (
    select * from {{ ref('int_judged_months') }}
),

owners as (
    select
        use_case_id,
        accounting_month,
        max(case when owner_role = 'business owner' then owner_status end) as business_owner_status,
        max(case when owner_role = 'performance owner' then owner_status end) as performance_owner_status,
        max(case when owner_role = 'usage owner' then owner_status end) as usage_owner_status

    from {{ ref('int_use_case_owners') }}
    group by
        use_case_id,
        accounting_month
),

assessments as (
    select
        use_case_id,
        accounting_month,
        {{ sorted_text('assessment_kind', "'|'") }} as required_kinds,
        {% for status in ['in force', 'missing', 'expired'] %}
        {{ sorted_text("case when assessment_status = '" ~ status ~ "' then assessment_kind end", "'|'") }}
            as {{ status | replace(' ', '_') }}_kinds{{ "," if not loop.last }}
        {% endfor %}

    from {{ ref('int_use_case_assessments') }}
    group by
        use_case_id,
        accounting_month
),

gaps as (
    select
        use_case_id,
        accounting_month,
        {{ sorted_text('gap_kind', "'|'") }} as gap_kinds,
        count(*) as gap_count,
        max(age_days) as oldest_gap_days,
        max(case when stops_close and not is_excepted then 1 else 0 end) as stops_close,
        max(exception_id) as exception_id

    from {{ ref('fct_governance_gaps') }}
    group by
        use_case_id,
        accounting_month
),

governance as (
    select
        {{ hash_key(['use_cases.use_case_id', 'use_cases.accounting_month']) }} as use_case_governance_id,
        use_cases.use_case_id,
        use_cases.use_case_name,
        use_cases.stage,
        use_cases.stage_approved_by,
        use_cases.cost_centre_code,
        placed.paying_cost_centre_code,
        placed.cost_centre_status,
        placed.department_code,
        placed.department_name,
        placed.division,
        placed.legal_entity_code,
        use_cases.benefiting_cost_centres,
        use_cases.business_owner_id,
        owners.business_owner_status,
        use_cases.performance_owner_id,
        owners.performance_owner_status,
        use_cases.usage_owner_id,
        owners.usage_owner_status,
        use_cases.data_classification,
        assessments.required_kinds as required_assessments,
        assessments.in_force_kinds as assessments_in_force,
        assessments.missing_kinds as missing_assessments,
        assessments.expired_kinds as expired_assessments,
        measured.consumption_status,
        use_cases.outcome_unit,
        measured.outcome_status,
        gaps.gap_kinds,
        gaps.exception_id,
        months.reporting_currency,
        use_cases.reporting_cost,
        measured.expected_cost,
        case when gaps.gap_count > 0 then use_cases.reporting_cost else cast(0 as {{ column_type('money') }}) end
            as exposed_cost,
        cast(use_cases.token_count as {{ column_type('whole') }}) as token_count,
        cast(use_cases.request_count as {{ column_type('whole') }}) as request_count,
        measured.outcome_count,
        cast(coalesce(gaps.gap_count, 0) as {{ dbt.type_bigint() }}) as gap_count,
        cast(gaps.oldest_gap_days as {{ dbt.type_bigint() }}) as oldest_gap_days,
        use_cases.is_registered,
        use_cases.stage_approved_by is not null as is_approved,
        gaps.gap_count is null as is_complete,
        coalesce(gaps.stops_close = 1, false) as stops_close,
        months.judged_on as judged_date,
        use_cases.accounting_month,
        months.period_status

    from use_cases
    inner join months
        on use_cases.accounting_month = months.accounting_month
    left join placed
        on use_cases.use_case_id = placed.use_case_id
            and use_cases.accounting_month = placed.accounting_month
    left join measured
        on use_cases.use_case_id = measured.use_case_id
            and use_cases.accounting_month = measured.accounting_month
    left join owners
        on use_cases.use_case_id = owners.use_case_id
            and use_cases.accounting_month = owners.accounting_month
    left join assessments
        on use_cases.use_case_id = assessments.use_case_id
            and use_cases.accounting_month = assessments.accounting_month
    left join gaps
        on use_cases.use_case_id = gaps.use_case_id
            and use_cases.accounting_month = gaps.accounting_month
)

select * from governance
