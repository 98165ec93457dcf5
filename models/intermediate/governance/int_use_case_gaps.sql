{{ config(materialized='table') }}

{#- The kinds of assessment that policy can require. -#}
{% set assessment_kinds = ['risk', 'dpia', 'aime', 'security'] %}

{#-
    Each broken link: its kind in words, the column below that finds it, the day on which it broke (where a register
    says so), who is to act, and whether a use case in production keeps its month open by it.
-#}
{% set gaps = [
    ('not in the register', 'is_unregistered', 'no_day', 'department head', true),
    ('no stage', 'has_no_stage', 'no_day', 'department head', false),
    ('no stage approver', 'has_no_approver', 'stage_from', 'department head', false),
    ('no business owner', 'has_no_business_owner', 'no_day', 'department head', true),
    ('business owner has left', 'has_lost_business_owner', 'business_owner_left_on', 'department head', true),
    ('no performance owner', 'has_no_performance_owner', 'no_day', 'business owner', false),
    ('performance owner has left', 'has_lost_performance_owner', 'performance_owner_left_on', 'business owner', false),
    ('no usage owner', 'has_no_usage_owner', 'no_day', 'business owner', false),
    ('usage owner has left', 'has_lost_usage_owner', 'usage_owner_left_on', 'business owner', false),
    ('no cost centre', 'has_no_cost_centre', 'no_day', 'business owner', true),
    ('unknown cost centre', 'has_unknown_cost_centre', 'no_day', 'business owner', true),
    ('closed cost centre', 'has_closed_cost_centre', 'cost_centre_closed_on', 'business owner', true),
    ('no benefiting cost centres', 'has_no_benefiting', 'no_day', 'business owner', false),
    ('no data classification', 'has_no_classification', 'no_day', 'business owner', false),
    ('nothing expected', 'has_no_expectation', 'no_day', 'business owner', false),
    ('over what was expected', 'is_over_expectation', 'no_day', 'usage owner', false),
    ('no outcome declared', 'has_no_outcome', 'no_day', 'performance owner', false),
    ('no outcome reported', 'has_unreported_outcome', 'no_day', 'performance owner', false),
    ('retired but still costs', 'costs_in_retirement', 'stage_from', 'usage owner', false),
] %}
{% for kind in assessment_kinds %}
    {% do gaps.append((kind ~ ' assessment missing', 'lacks_' ~ kind, 'no_day', 'business owner', true)) %}
    {% do gaps.append((kind ~ ' assessment expired', 'outlived_' ~ kind, kind ~ '_expired_on', 'business owner', true)) %}
{% endfor %}

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

owners as (
    select
        use_case_id,
        accounting_month,
        {% for role in ['business owner', 'performance owner', 'usage owner'] %}
        max(case when owner_role = '{{ role }}' then owner_status end) as {{ role | replace(' ', '_') }}_status,
        max(case when owner_role = '{{ role }}' then left_on end) as {{ role | replace(' ', '_') }}_left_on{{ "," if not loop.last }}
        {% endfor %}

    from {{ ref('int_use_case_owners') }}
    group by
        use_case_id,
        accounting_month
),

assessments as (
    select
        use_case_id,
        accounting_month,
        {% for kind in assessment_kinds %}
        max(case when assessment_kind = '{{ kind }}' then assessment_status end) as {{ kind }}_status,
        max(case when assessment_kind = '{{ kind }}' then expired_on end) as {{ kind }}_expired_on{{ "," if not loop.last }}
        {% endfor %}

    from {{ ref('int_use_case_assessments') }}
    group by
        use_case_id,
        accounting_month
),

-- A use case that is retired, or in no register, is asked for nothing else.
asked as (
    select
        use_cases.*,
        use_cases.is_registered and coalesce(use_cases.stage, '') <> 'retired' as is_asked

    from use_cases
),

judged as (
    select
        asked.use_case_id,
        asked.accounting_month,
        asked.stage,
        cast(null as date) as no_day,
        cast(asked.stage_valid_from as date) as stage_from,
        owners.business_owner_left_on,
        owners.performance_owner_left_on,
        owners.usage_owner_left_on,
        placed.cost_centre_closed_on,
        {% for kind in assessment_kinds %}
        assessments.{{ kind }}_expired_on,
        asked.is_asked and coalesce(assessments.{{ kind }}_status = 'missing', false) as lacks_{{ kind }},
        asked.is_asked and coalesce(assessments.{{ kind }}_status = 'expired', false) as outlived_{{ kind }},
        {% endfor %}
        not asked.is_registered as is_unregistered,
        asked.is_in_force and asked.stage is null as has_no_stage,
        asked.is_asked and asked.stage is not null and asked.stage_approved_by is null as has_no_approver,
        {% for role in ['business_owner', 'performance_owner', 'usage_owner'] %}
        asked.is_asked and owners.{{ role }}_status = 'none' as has_no_{{ role }},
        asked.is_asked and owners.{{ role }}_status not in ('none', 'current') as has_lost_{{ role }},
        {% endfor %}
        asked.is_asked and placed.cost_centre_status = 'none' as has_no_cost_centre,
        asked.is_asked and placed.cost_centre_status = 'unknown' as has_unknown_cost_centre,
        asked.is_asked and placed.cost_centre_status = 'closed' as has_closed_cost_centre,
        asked.is_asked and asked.benefiting_cost_centres is null as has_no_benefiting,
        asked.is_asked and asked.data_classification is null as has_no_classification,
        asked.is_asked and measured.consumption_status in ('nothing expected', 'no exchange rate') as has_no_expectation,
        asked.is_asked and measured.consumption_status = 'over what was expected' as is_over_expectation,
        asked.is_asked and measured.outcome_status = 'not declared' as has_no_outcome,
        asked.is_asked and measured.outcome_status = 'not reported' as has_unreported_outcome,
        asked.is_registered and coalesce(asked.stage, '') = 'retired' and asked.retired_cost <> 0 as costs_in_retirement

    from asked
    left join placed
        on asked.use_case_id = placed.use_case_id
            and asked.accounting_month = placed.accounting_month
    left join measured
        on asked.use_case_id = measured.use_case_id
            and asked.accounting_month = measured.accounting_month
    left join owners
        on asked.use_case_id = owners.use_case_id
            and asked.accounting_month = owners.accounting_month
    left join assessments
        on asked.use_case_id = assessments.use_case_id
            and asked.accounting_month = assessments.accounting_month
),

found as (
    {% for kind, condition, broken_on, actor, stops_close in gaps %}
    select
        use_case_id,
        '{{ kind }}' as gap_kind,
        '{{ actor }}' as asked_role,
        {{ "coalesce(stage = 'production', false)" if stops_close else 'false' }} as stops_close,
        {{ broken_on }} as broken_on,
        accounting_month

    from judged
    where {{ condition }}
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select * from found
