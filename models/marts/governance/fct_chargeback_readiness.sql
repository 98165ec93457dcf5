with

use_cases as (
    select * from {{ ref('fct_use_case_governance') }}
),

stages as (
    select * from {{ ref('int_use_case_stages') }}
),

placed as (
    select * from {{ ref('int_use_cases_placed') }}
),

months as (
    select * from {{ ref('int_judged_months') }}
),

ledger as (
    select * from {{ ref('fct_allocation_ledger') }}
),

policy as (
    select
        setting,
        value,
        valid_from,
        valid_to

    from {{ ref('stg_registers__policy') }}
    where setting in ('min_showback_months', 'unallocated_error_share')
),

by_mode as (
    select
        use_case_id,
        accounting_month,
        {% for mode in ['central', 'showback', 'chargeback'] %}
        cast(sum(case when billing_mode = '{{ mode }}' then reporting_cost else 0 end) as {{ column_type('money') }})
            as {{ mode }}_cost,
        {% endfor %}
        cast(sum(case when unallocated_reason is not null then reporting_cost else 0 end) as {{ column_type('money') }})
            as unallocated_cost,
        max(case when billing_mode = 'showback' then 1 else 0 end) as is_shown

    from ledger
    where use_case_id is not null
    group by
        use_case_id,
        accounting_month
),

-- A month has been shown once it has ended with cost in showback.
shown as (
    select
        by_mode.use_case_id,
        by_mode.accounting_month

    from by_mode
    inner join months
        on by_mode.accounting_month = months.accounting_month
    where by_mode.is_shown = 1 and months.has_ended
),

-- How well its platforms are known: the share of their cost in the month that nobody owns.
used_platforms as (
    select
        use_case_id,
        platform,
        accounting_month

    from ledger
    where use_case_id is not null
    group by
        use_case_id,
        platform,
        accounting_month
),

platform_costs as (
    select
        platform,
        accounting_month,
        sum(reporting_cost) as reporting_cost,
        sum(case when unallocated_reason is not null then reporting_cost else 0 end) as unallocated_cost

    from ledger
    group by
        platform,
        accounting_month
),

platform_shares as (
    select
        used_platforms.use_case_id,
        used_platforms.accounting_month,
        cast(sum(platform_costs.reporting_cost) as {{ column_type('money') }}) as platform_cost,
        cast(sum(platform_costs.unallocated_cost) as {{ column_type('money') }}) as platform_unallocated_cost

    from used_platforms
    inner join platform_costs
        on used_platforms.platform = platform_costs.platform
            and used_platforms.accounting_month = platform_costs.accounting_month
    group by
        used_platforms.use_case_id,
        used_platforms.accounting_month
),

policies as (
    select
        months.accounting_month,
        max(case when policy.setting = 'min_showback_months' then cast(policy.value as integer) end)
            as min_showback_months,
        max(case when policy.setting = 'unallocated_error_share' then cast(policy.value as decimal(11, 6)) end)
            as tolerated_share

    from months
    left join policy
        on months.month_start_at >= policy.valid_from
            and months.month_start_at < policy.valid_to
    group by months.accounting_month
),

-- Charged from the later of its own and its department's date; one of them empty means never.
dated as (
    select
        use_cases.use_case_id,
        use_cases.accounting_month,
        case
            when stages.chargeback_from is not null and placed.department_chargeback_from is not null
                then greatest(stages.chargeback_from, placed.department_chargeback_from)
        end as chargeback_from_date

    from use_cases
    inner join months
        on use_cases.accounting_month = months.accounting_month
    left join stages
        on use_cases.use_case_id = stages.use_case_id
            and stages.stage = 'production'
            and stages.valid_from < months.judged_before
            and stages.valid_to >= months.judged_before
    left join placed
        on use_cases.use_case_id = placed.use_case_id
            and use_cases.accounting_month = placed.accounting_month
),

counted as (
    select
        dated.use_case_id,
        dated.accounting_month,
        dated.chargeback_from_date,
        count(shown.accounting_month) as shown_month_count,
        sum(case when shown.accounting_month < {{ month_start('dated.chargeback_from_date') }} then 1 else 0 end)
            as shown_before_count

    from dated
    left join shown
        on dated.use_case_id = shown.use_case_id
            and shown.accounting_month <= dated.accounting_month
    group by
        dated.use_case_id,
        dated.accounting_month,
        dated.chargeback_from_date
),

first_months as (
    select min(accounting_month) as ledger_from_month
    from ledger
),

-- Months that can still be shown before the date count for it.
timed as (
    select
        counted.*,
        policies.min_showback_months,
        policies.tolerated_share,
        first_months.ledger_from_month,
        counted.chargeback_from_date is not null
        and counted.chargeback_from_date <= months.judged_on as is_charged_back,
        counted.shown_before_count + greatest(
            {{ dbt.datediff('counted.accounting_month', 'counted.chargeback_from_date', 'month') }}
            - case when months.has_ended then 1 else 0 end,
            0
        ) as shown_until_count

    from counted
    inner join months
        on counted.accounting_month = months.accounting_month
    left join policies
        on counted.accounting_month = policies.accounting_month
    cross join first_months
),

judged as (
    select
        use_cases.use_case_id,
        use_cases.use_case_name,
        use_cases.stage,
        use_cases.cost_centre_code,
        use_cases.department_code,
        use_cases.division,
        use_cases.legal_entity_code,
        use_cases.reporting_currency,
        use_cases.reporting_cost,
        use_cases.gap_count,
        use_cases.accounting_month,
        use_cases.period_status,
        timed.chargeback_from_date,
        timed.min_showback_months,
        timed.shown_month_count,
        case
            when timed.chargeback_from_date is null then 'never'
            when timed.min_showback_months is null then 'no minimum set'
            when {{ month_start('timed.chargeback_from_date') }} <= timed.ledger_from_month then 'before the ledger begins'
            when timed.shown_until_count < timed.min_showback_months then 'before the minimum'
            else 'after the minimum'
        end as chargeback_timing,
        case
            when use_cases.stage = 'sandbox' then 'decide on the sandbox'
            when use_cases.stage = 'pilot' then 'move to production and chargeback'
            when use_cases.stage = 'production' and not timed.is_charged_back then 'move to chargeback'
            when use_cases.stage = 'production' then 'none: it is charged back'
            else 'none: it is not in use'
        end as next_step,
        coalesce(by_mode.central_cost, 0) as central_cost,
        coalesce(by_mode.showback_cost, 0) as showback_cost,
        coalesce(by_mode.chargeback_cost, 0) as chargeback_cost,
        coalesce(by_mode.unallocated_cost, 0) as unallocated_cost,
        coalesce(platform_shares.platform_cost, 0) as platform_cost,
        coalesce(platform_shares.platform_unallocated_cost, 0) as platform_unallocated_cost,
        coalesce(
            platform_shares.platform_unallocated_cost
            > cast(platform_shares.platform_cost as decimal(24, 10)) * timed.tolerated_share,
            false
        ) as is_over_tolerance

    from use_cases
    left join timed
        on use_cases.use_case_id = timed.use_case_id
            and use_cases.accounting_month = timed.accounting_month
    left join by_mode
        on use_cases.use_case_id = by_mode.use_case_id
            and use_cases.accounting_month = by_mode.accounting_month
    left join platform_shares
        on use_cases.use_case_id = platform_shares.use_case_id
            and use_cases.accounting_month = platform_shares.accounting_month
),

hindered as (
    select
        judged.*,
        next_step in ('decide on the sandbox', 'move to production and chargeback', 'move to chargeback') as is_to_decide,
        concat_ws(
            '; ',
            case
                when next_step <> 'decide on the sandbox' and shown_month_count < coalesce(min_showback_months, 0)
                    then 'shown for ' || cast(shown_month_count as {{ dbt.type_string() }}) || ' of '
                        || cast(min_showback_months as {{ dbt.type_string() }}) || ' months'
            end,
            case when gap_count > 0 then 'governance gaps: ' || cast(gap_count as {{ dbt.type_string() }}) end,
            case when is_over_tolerance then 'too much of its platforms is unallocated' end
        ) as hindrances

    from judged
),

readiness as (
    select
        {{ hash_key(['use_case_id', 'accounting_month']) }} as chargeback_readiness_id,
        use_case_id,
        use_case_name,
        stage,
        cost_centre_code,
        department_code,
        division,
        legal_entity_code,
        next_step,
        case
            when not is_to_decide then 'nothing to decide'
            when hindrances = '' then 'ready'
            else 'not ready'
        end as readiness_status,
        case when is_to_decide and hindrances <> '' then hindrances end as hindrances,
        chargeback_timing,
        reporting_currency,
        reporting_cost,
        central_cost,
        showback_cost,
        chargeback_cost,
        unallocated_cost,
        case
            when next_step = 'decide on the sandbox' then reporting_cost
            when is_to_decide then showback_cost
            else cast(0 as {{ column_type('money') }})
        end as budget_effect_cost,
        {{ ratio(to_units('platform_unallocated_cost'), to_units('platform_cost')) }} as platform_unallocated_share,
        cast(shown_month_count as {{ dbt.type_bigint() }}) as shown_month_count,
        cast(min_showback_months as {{ dbt.type_bigint() }}) as min_showback_months,
        gap_count,
        chargeback_timing = 'before the minimum' as is_charged_back_too_early,
        chargeback_from_date,
        accounting_month,
        period_status

    from hindered
)

select * from readiness
