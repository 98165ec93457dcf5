with

use_cases as (
    select
        use_case_id,
        data_classification,
        accounting_month

    from {{ ref('int_use_cases_by_month') }}
    where data_classification is not null
),

months as (
    select * from {{ ref('int_judged_months') }}
),

assessments as (
    select * from {{ ref('stg_registers__assessments') }}
),

requirements as (
    select
        lower(substr(setting, length('required_assessments.') + 1)) as data_classification,
        value as required_kinds,
        valid_from,
        valid_to

    from {{ ref('stg_registers__policy') }}
    where lower(setting) like 'required^_assessments.%' escape '^'
),

required_lists as (
    select
        use_cases.use_case_id,
        use_cases.accounting_month,
        months.judged_before,
        lower(requirements.required_kinds) as required_kinds

    from use_cases
    inner join months
        on use_cases.accounting_month = months.accounting_month
    inner join requirements
        on use_cases.data_classification = requirements.data_classification
            and requirements.valid_from < months.judged_before
            and requirements.valid_to >= months.judged_before
),

required as (
    {{ explode_text('required_lists', 'required_kinds') }}
),

-- In force is what somebody approved by then and what has not run out; the last day of `expires_on` is the day before.
met as (
    select
        required.use_case_id,
        required.item as assessment_kind,
        required.accounting_month,
        max(
            case
                when coalesce(cast(assessments.expires_on as timestamp), required.judged_before)
                    >= required.judged_before then 1
                else 0
            end
        ) as is_in_force,
        max(case when assessments.assessment_id is not null then 1 else 0 end) as was_approved,
        max(assessments.expires_on) as expired_on

    from required
    left join assessments
        on required.use_case_id = assessments.use_case_id
            and required.item = assessments.kind
            and assessments.status = 'approved'
            and assessments.approved_by is not null
            and cast(assessments.approved_on as timestamp) < required.judged_before
    group by
        required.use_case_id,
        required.item,
        required.accounting_month
),

states as (
    select
        use_case_id,
        assessment_kind,
        case
            when was_approved = 0 then 'missing'
            when is_in_force = 1 then 'in force'
            else 'expired'
        end as assessment_status,
        case when was_approved = 1 and is_in_force = 0 then expired_on end as expired_on,
        accounting_month

    from met
)

select * from states
