{#- Rule column without `match_` → the words that a sentence uses for it. -#}
{% set matches = [
    ('platform', 'platform'), ('service_category', 'service category'), ('service_name', 'service'),
    ('billing_account_id', 'billing account'), ('sub_account_id', 'project, workspace or account'),
    ('resource_id', 'resource'), ('charge_category', 'charge category'), ('sku', 'SKU'), ('api_key_id', 'API key'),
    ('workflow_id', 'workflow'), ('environment', 'environment'), ('model', 'model'),
    ('cost_centre', 'sending cost centre'), ('tag_key', 'tag key'), ('tag_value', 'tag value'),
    ('cost_basis', 'cost basis'), ('commitment_status', 'commitment status'),
] %}

with

rules as (
    select * from {{ ref('int_allocation_rules') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

worded as (
    select
        rules.*,
        concat_ws(
            ', and '
            {%- for column, words in matches %},
            case
                when match_{{ column }} is not null
                    then '{{ words }} is ' || replace(match_{{ column }}, '|', ' or ')
            end
            {%- endfor %}
        ) as conditions,
        coalesce(driver_scope, 'the same platform') as driver_words,
        case driver_grain when 'day' then 'each day' else 'the month' end as grain_words

    from rules
),

phrased as (
    select
        worded.*,
        case
            when tier > 1
                then 'Takes what shared services of tier ' || cast(tier as {{ dbt.type_string() }}) || ' hold'
                    || case when conditions = '' then '' else ' where ' || conditions end || '.'
            when conditions = '' then 'Takes every charge that no rule of a lower priority number has claimed.'
            else 'Takes charges where ' || conditions || '.'
        end as matches_sentence,
        case method
            when 'owner'
                then 'Whoever owns the identity on the charge pays; a charge whose identity nobody owns passes on to the next rule.'
            when 'fixed' then 'Cost centre ' || coalesce(target_cost_centre, '(none)') || ' pays.'
            when 'central' then 'The cost centre of the AI programme pays.'
            when 'split' then 'Split ' || coalesce(split_id, '(none)') || ' shares the cost of ' || grain_words || ' by its percentages.'
            when 'even' then 'The receivers of split ' || coalesce(split_id, '(none)') || ' share the cost of ' || grain_words || ' in equal parts.'
            when 'cost'
                then 'The cost of ' || grain_words || ' follows the effective cost that ' || driver_words || ' charged to owners.'
            when 'token_volume'
                then 'The cost of ' || grain_words || ' follows the weighted tokens used on ' || driver_words || '.'
            when 'requests' then 'The cost of ' || grain_words || ' follows the model calls made on ' || driver_words || '.'
            when 'workflow_count'
                then 'The cost of ' || grain_words || ' follows the workflow runs on ' || driver_words || '.'
            when 'active_users'
                then 'The cost of ' || grain_words || ' follows the people who were active on ' || driver_words || ', each counted once.'
            when 'seats'
                then 'The cost of ' || grain_words || ' follows the seats assigned on ' || driver_words || ', by days, used or not.'
            when 'gpu_hours'
                then 'The cost of ' || grain_words || ' follows the GPU hours of jobs on ' || driver_words
                || case idle_policy
                    when 'central' then '; the AI programme pays for idle hours.'
                    else '; idle hours are spread with them.'
                end
            when 'gateway'
                then 'The cost of each day and model follows what the gateway ' || driver_words || ' logged for it at list price.'
            else 'The cost of ' || grain_words || ' is shared by the method ' || method || '.'
        end as method_sentence,
        case
            when fallback_method is not null and is_pooled
                then 'With nothing to divide by, it falls back to ' || replace(fallback_method, '|', ', then ') || '.'
        end as fallback_sentence,
        concat_ws(
            ', ',
            'Version ' || rule_version,
            case when approved_by is not null then 'approved by ' || approved_by end,
            'in force'
            || case
                when valid_from > cast('1900-01-01 00:00:00' as {{ dbt.type_timestamp() }})
                    then ' from ' || cast(cast(valid_from as date) as {{ dbt.type_string() }})
                else ' from the beginning'
            end
            || case
                when valid_to < cast('9999-12-31 00:00:00' as {{ dbt.type_timestamp() }})
                    then ' until before ' || cast(cast(valid_to as date) as {{ dbt.type_string() }})
                else ' until further notice'
            end
        ) || '.' as validity_sentence,
        case method
            when 'token_volume' then 'weighted tokens'
            when 'requests' then 'model calls'
            when 'workflow_count' then 'workflow runs'
            when 'active_users' then 'active users'
            when 'seats' then 'seat days'
            when 'gpu_hours' then 'GPU hours'
            when 'cost' then 'effective cost'
            when 'gateway' then 'logged usage at list price'
            when 'split' then 'agreed percentages'
            when 'even' then 'equal parts'
            else 'the whole charge'
        end as unit_of_measure,
        coalesce(next_review_on < as_of.as_of_date and valid_to > as_of.as_of_date, false) as is_review_overdue

    from worded
    cross join as_of
),

reviewed as (
    select
        phrased.*,
        concat_ws(
            ' ',
            case when rule_owner is null then 'Nobody is named as its keeper.' else 'Kept by ' || rule_owner || '.' end,
            case when data_source is not null then 'Its data come from ' || data_source || '.' end,
            case
                when next_review_on is null then 'No review is planned.'
                else 'Reviewed ' || coalesce(review_cadence, 'when due') || ', next on '
                    || cast(next_review_on as {{ dbt.type_string() }}) || '.'
            end,
            case when is_review_overdue then 'That review is overdue.' end
        ) as review_sentence,
        case
            when method in ('split', 'even')
                then 'Exceptions are about owners and change nothing here: who pays changes with approved rows of split '
                    || coalesce(split_id, '(none)') || ', or a new version of the rule.'
            when method in ('fixed', 'central')
                then 'Exceptions are about owners and change nothing here: who pays changes with an approved new version of the rule.'
            when is_pooled
                then 'An approved exception with an end gives usage of one identity to another owner, and its part of the cost with it.'
            else 'An approved exception with an end gives an identity to another owner, before any register.'
        end as exception_sentence

    from phrased
),

sentences as (
    select
        rule_key as rule_version_id,
        rule_id,
        rule_version,
        description,
        matches_sentence,
        method_sentence,
        fallback_sentence,
        validity_sentence,
        concat_ws(' ', matches_sentence, method_sentence, fallback_sentence, validity_sentence) as rule_text,
        review_sentence,
        exception_sentence,
        unit_of_measure,
        method,
        fallback_method,
        driver_scope,
        driver_grain,
        split_id,
        target_cost_centre,
        approved_by,
        rule_owner,
        data_source,
        review_cadence,
        priority,
        tier,
        is_pooled,
        is_review_overdue,
        next_review_on,
        valid_from,
        valid_to

    from reviewed
)

select * from sentences
