with

gaps as (
    select * from {{ ref('int_use_case_gaps') }}
),

use_cases as (
    select * from {{ ref('int_use_cases_by_month') }}
),

placed as (
    select * from {{ ref('int_use_cases_placed') }}
),

months as (
    select * from {{ ref('int_judged_months') }}
),

exceptions as (
    select * from {{ ref('stg_registers__exceptions') }}
    where exception_kind = 'governance' and approved_by is not null
),

-- Only who is still there can be asked.
actors as (
    select
        use_case_id,
        accounting_month,
        max(case when owner_role = 'business owner' then person_id end) as business_owner_id,
        max(case when owner_role = 'performance owner' then person_id end) as performance_owner_id,
        max(case when owner_role = 'usage owner' then person_id end) as usage_owner_id,
        max(case when owner_role = 'department head' then person_id end) as department_head_id

    from {{ ref('int_use_case_owners') }}
    where owner_status = 'current'
    group by
        use_case_id,
        accounting_month
),

-- Months in a row with the same gap are one story: it began with the first of them.
numbered as (
    select
        gaps.*,
        months.period_status,
        months.reporting_currency,
        months.judged_on,
        months.judged_before,
        months.month_number - row_number() over (
            partition by gaps.use_case_id, gaps.gap_kind
            order by gaps.accounting_month asc nulls last
        ) as run_number

    from gaps
    inner join months
        on gaps.accounting_month = months.accounting_month
),

dated as (
    select
        numbered.*,
        coalesce(
            broken_on,
            min(accounting_month) over (partition by use_case_id, gap_kind, run_number)
        ) as open_since_date

    from numbered
),

excepted as (
    select
        dated.use_case_id,
        dated.accounting_month,
        min(exceptions.exception_id) as exception_id,
        cast(max(exceptions.valid_to) as date) as excepted_until_date

    from dated
    inner join exceptions
        on dated.use_case_id = exceptions.use_case_id
            and exceptions.valid_from < dated.judged_before
            and exceptions.valid_to >= dated.judged_before
    group by
        dated.use_case_id,
        dated.accounting_month
),

acting as (
    select
        dated.*,
        use_cases.use_case_name,
        use_cases.stage,
        use_cases.reporting_cost as exposed_cost,
        use_cases.data_classification,
        placed.cost_centre_code,
        placed.department_code,
        placed.division,
        placed.legal_entity_code,
        excepted.exception_id,
        excepted.excepted_until_date,
        case
            when dated.asked_role = 'usage owner' and actors.usage_owner_id is not null then 'usage owner'
            when dated.asked_role = 'performance owner' and actors.performance_owner_id is not null
                then 'performance owner'
            when dated.asked_role <> 'department head' and actors.business_owner_id is not null then 'business owner'
            when actors.department_head_id is not null then 'department head'
            when actors.business_owner_id is not null then 'business owner'
            else 'AI programme'
        end as actor_role,
        actors.business_owner_id,
        actors.performance_owner_id,
        actors.usage_owner_id,
        actors.department_head_id

    from dated
    left join use_cases
        on dated.use_case_id = use_cases.use_case_id
            and dated.accounting_month = use_cases.accounting_month
    left join placed
        on dated.use_case_id = placed.use_case_id
            and dated.accounting_month = placed.accounting_month
    left join actors
        on dated.use_case_id = actors.use_case_id
            and dated.accounting_month = actors.accounting_month
    left join excepted
        on dated.use_case_id = excepted.use_case_id
            and dated.accounting_month = excepted.accounting_month
),

described as (
    select
        {{ hash_key(['use_case_id', 'gap_kind', 'accounting_month']) }} as governance_gap_id,
        use_case_id,
        use_case_name,
        gap_kind,
        stage,
        cost_centre_code,
        department_code,
        division,
        legal_entity_code,
        actor_role,
        case actor_role
            when 'usage owner' then usage_owner_id
            when 'performance owner' then performance_owner_id
            when 'business owner' then business_owner_id
            when 'department head' then department_head_id
        end as actor_person_id,
        case
            when gap_kind = 'not in the register'
                then 'Enter ' || use_case_id || ' into use_cases.csv, or end the identities and splits that name it'
            when gap_kind = 'no stage' then 'Decide the stage of ' || use_case_id || ' in use_case_stages.csv'
            when gap_kind = 'no stage approver'
                then 'Have the stage approved, and enter approved_by in use_case_stages.csv'
            when gap_kind in ('no business owner', 'no performance owner', 'no usage owner')
                then 'Name a ' || substr(gap_kind, 4) || ' in use_cases.csv'
            when gap_kind in ('business owner has left', 'performance owner has left', 'usage owner has left')
                then 'Name another ' || substr(gap_kind, 1, instr(gap_kind, ' has ') - 1)
                    || ' in use_cases.csv, or mend the row of the one named in people.csv'
            when gap_kind = 'no cost centre' then 'Enter cost_centre_code in use_cases.csv'
            when gap_kind in ('unknown cost centre', 'closed cost centre')
                then 'Name another cost centre than ' || coalesce(cost_centre_code, '')
                    || ' in use_cases.csv, or mend cost_centres.csv'
            when gap_kind = 'no benefiting cost centres' then 'Enter benefiting_cost_centres in use_cases.csv'
            when gap_kind = 'no data classification' then 'Enter data_classification in use_cases.csv'
            when gap_kind = 'nothing expected'
                then 'Enter expected_monthly_cost in use_cases.csv, in a currency that fx_rates.csv has'
            when gap_kind = 'over what was expected'
                then 'Bring the cost down, or have expected_monthly_cost raised in use_cases.csv'
            when gap_kind = 'no outcome declared' then 'Enter outcome_unit in use_cases.csv'
            when gap_kind = 'no outcome reported'
                then 'Enter the outcomes of ' || substr(cast(accounting_month as {{ dbt.type_string() }}), 1, 7)
                    || ' into outcomes.csv'
            when gap_kind = 'retired but still costs'
                then 'Switch off what still spends for ' || use_case_id || ', or give it a stage again'
            when gap_kind like '% assessment missing'
                then 'Have the ' || substr(gap_kind, 1, instr(gap_kind, ' ') - 1)
                    || ' assessment done and approved, and enter it into assessments.csv: data classified as '
                    || data_classification || ' requires it'
            when gap_kind like '% assessment expired'
                then 'Have the ' || substr(gap_kind, 1, instr(gap_kind, ' ') - 1)
                    || ' assessment renewed, and enter it into assessments.csv'
        end as remedy,
        exception_id,
        reporting_currency,
        exposed_cost,
        cast({{ dbt.datediff('open_since_date', 'judged_on', 'day') }} as {{ dbt.type_bigint() }}) as age_days,
        stops_close,
        exception_id is not null as is_excepted,
        open_since_date,
        excepted_until_date,
        accounting_month,
        period_status

    from acting
)

select * from described
