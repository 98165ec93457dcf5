{{ config(materialized='table') }}

with

months as (
    select * from {{ ref('int_judged_months') }}
),

versions as (
    select * from {{ ref('stg_registers__use_cases') }}
),

stages as (
    select * from {{ ref('stg_registers__use_case_stages') }}
),

costs as (
    select
        use_case_id,
        cast(sum(reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        cast(sum(case when use_case_stage = 'retired' then reporting_cost else 0 end) as {{ column_type('money') }})
            as retired_cost,
        accounting_month

    from {{ ref('fct_allocation_ledger') }}
    where use_case_id is not null
    group by
        use_case_id,
        accounting_month
),

consumption as (
    select
        use_case_id,
        cast(sum(token_count) as {{ column_type('whole') }}) as token_count,
        cast(sum(request_count) as {{ column_type('whole') }}) as request_count,
        accounting_month

    from {{ ref('fct_showback_monthly') }}
    where use_case_id is not null
    group by
        use_case_id,
        accounting_month
),

-- Whatever speaks of a use case in a month makes it a row: its registers, or its cost.
mentioned as (
    select
        versions.use_case_id,
        months.accounting_month

    from versions
    inner join months
        on versions.valid_from < months.judged_before
            and versions.valid_to > months.month_start_at

    union all

    select
        stages.use_case_id,
        months.accounting_month

    from stages
    inner join months
        on stages.valid_from < months.judged_before
            and stages.valid_to > months.month_start_at
    where stages.stage <> 'retired'

    union all

    select
        use_case_id,
        accounting_month

    from costs
),

spine as (
    select
        mentioned.use_case_id,
        months.accounting_month,
        months.month_start_at,
        months.judged_before

    from mentioned
    inner join months
        on mentioned.accounting_month = months.accounting_month
    group by
        mentioned.use_case_id,
        months.accounting_month,
        months.month_start_at,
        months.judged_before
),

-- As it was at the judged instant; of a use case that left the register inside the month its last version.
ranked_versions as (
    select
        spine.accounting_month,
        versions.*,
        versions.valid_to >= spine.judged_before as is_in_force,
        row_number() over (
            partition by spine.use_case_id, spine.accounting_month
            order by versions.valid_from desc nulls last
        ) as recency

    from spine
    inner join versions
        on spine.use_case_id = versions.use_case_id
            and versions.valid_from < spine.judged_before
            and versions.valid_to > spine.month_start_at
),

by_month as (
    select
        spine.use_case_id,
        ranked_versions.use_case_name,
        ranked_versions.cost_centre_code,
        ranked_versions.business_owner_id,
        ranked_versions.performance_owner_id,
        ranked_versions.usage_owner_id,
        ranked_versions.benefiting_cost_centres,
        lower(ranked_versions.data_classification) as data_classification,
        ranked_versions.outcome_unit,
        ranked_versions.currency as expected_currency,
        stages.stage,
        stages.approved_by as stage_approved_by,
        ranked_versions.expected_monthly_cost,
        coalesce(costs.reporting_cost, 0) as reporting_cost,
        coalesce(costs.retired_cost, 0) as retired_cost,
        coalesce(consumption.token_count, 0) as token_count,
        coalesce(consumption.request_count, 0) as request_count,
        coalesce(ranked_versions.is_in_force, false) as is_in_force,
        -- What leaves the register leaves it with its stage; a stage that goes on without an entry is a broken link.
        coalesce(
            ranked_versions.is_in_force
            or (ranked_versions.use_case_id is not null and coalesce(stages.stage, 'retired') = 'retired'),
            false
        ) as is_registered,
        spine.accounting_month,
        ranked_versions.valid_from as registered_from,
        stages.valid_from as stage_valid_from

    from spine
    left join ranked_versions
        on spine.use_case_id = ranked_versions.use_case_id
            and spine.accounting_month = ranked_versions.accounting_month
            and ranked_versions.recency = 1
    left join stages
        on spine.use_case_id = stages.use_case_id
            and stages.valid_from < spine.judged_before
            and stages.valid_to >= spine.judged_before
    left join costs
        on spine.use_case_id = costs.use_case_id
            and spine.accounting_month = costs.accounting_month
    left join consumption
        on spine.use_case_id = consumption.use_case_id
            and spine.accounting_month = consumption.accounting_month
)

select * from by_month
