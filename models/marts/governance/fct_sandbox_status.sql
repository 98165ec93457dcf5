{#- How many days back the run-rate looks, from which share of its cap a sandbox is near it, and how soon is soon. -#}
{% set run_rate_days = 30 %}
{% set near_cap_percent = 80 %}
{% set expiring_days = 14 %}

with

sandboxes as (
    select * from {{ ref('int_sandbox_stages') }}
),

months as (
    select * from {{ ref('int_judged_months') }}
),

entries as (
    select * from {{ ref('int_sandbox_entries') }}
),

owners as (
    select * from {{ ref('int_use_case_owners') }}
    where owner_status = 'current' and owner_role in ('usage owner', 'business owner', 'department head')
),

placed as (
    select * from {{ ref('int_use_cases_placed') }}
),

-- The months in which it stood, and any later one whose bills still carry something of it.
mentioned as (
    select
        sandboxes.use_case_id,
        sandboxes.valid_from,
        months.accounting_month

    from sandboxes
    inner join months
        on sandboxes.valid_from < months.judged_before
            and sandboxes.valid_to > months.month_start_at
    where sandboxes.valid_from < sandboxes.valid_to

    union all

    select
        use_case_id,
        stage_valid_from as valid_from,
        accounting_month

    from entries
),

sandbox_months as (
    select
        use_case_id,
        valid_from,
        accounting_month

    from mentioned
    group by
        use_case_id,
        valid_from,
        accounting_month
),

-- It is looked at as of the month's judged instant, or of its own last one where it ended before.
watched as (
    select
        sandboxes.use_case_id,
        sandboxes.sandbox_cap,
        sandboxes.sandbox_days,
        sandboxes.valid_from,
        sandboxes.valid_to < months.judged_before as is_decided,
        cast(sandboxes.expires_at as date) as expires_date,
        cast({{ add_seconds('least(sandboxes.valid_to, months.judged_before)', -1) }} as date) as judged_date,
        months.accounting_month,
        months.period_status,
        months.reporting_currency

    from sandbox_months
    inner join months
        on sandbox_months.accounting_month = months.accounting_month
    inner join sandboxes
        on sandbox_months.use_case_id = sandboxes.use_case_id
            and sandbox_months.valid_from = sandboxes.valid_from
),

-- As far as bills of this month and the months before it carry it.
spent as (
    select
        watched.use_case_id,
        watched.valid_from,
        watched.accounting_month,
        cast(sum(case when entries.funding = 'inside' then entries.reporting_cost else 0 end) as {{ column_type('money') }})
            as funded_cost,
        cast(sum(case when entries.funding = 'over_cap' then entries.reporting_cost else 0 end) as {{ column_type('money') }})
            as over_cap_cost,
        cast(sum(case when entries.funding = 'expired' then entries.reporting_cost else 0 end) as {{ column_type('money') }})
            as expired_cost,
        cast(
            sum(
                case
                    when entries.charge_date > {{ add_days('watched.judged_date', -run_rate_days) }}
                        and entries.charge_date <= watched.judged_date
                        then entries.reporting_cost
                    else 0
                end
            ) as {{ column_type('money') }}
        ) as recent_cost,
        cast(
            sum(case when entries.accounting_month = watched.accounting_month then entries.reporting_cost else 0 end)
            as {{ column_type('money') }}
        ) as month_cost,
        min(case when entries.funding = 'over_cap' then entries.charge_date end) as cap_reached_date

    from watched
    inner join entries
        on watched.use_case_id = entries.use_case_id
            and watched.valid_from = entries.stage_valid_from
            and entries.accounting_month <= watched.accounting_month
    group by
        watched.use_case_id,
        watched.valid_from,
        watched.accounting_month
),

notified as (
    select
        use_case_id,
        accounting_month,
        max(case when owner_role = 'usage owner' then person_id end) as usage_owner_id,
        max(case when owner_role = 'business owner' then person_id end) as business_owner_id,
        max(case when owner_role = 'department head' then person_id end) as department_head_id

    from owners
    group by
        use_case_id,
        accounting_month
),

measured as (
    select
        watched.*,
        coalesce(spent.funded_cost, 0) as funded_cost,
        coalesce(spent.over_cap_cost, 0) as over_cap_cost,
        coalesce(spent.expired_cost, 0) as expired_cost,
        coalesce(spent.recent_cost, 0) as recent_cost,
        coalesce(spent.month_cost, 0) as month_cost,
        cast(coalesce(spent.funded_cost, 0) + coalesce(spent.over_cap_cost, 0) as {{ column_type('money') }}) as spent_cost,
        spent.cap_reached_date,
        -- A sandbox of a few days is measured by those.
        least(
            {{ run_rate_days }},
            {{ dbt.datediff('cast(watched.valid_from as date)', 'watched.judged_date', 'day') }} + 1
        ) as run_rate_days,
        {{ dbt.datediff('watched.judged_date', 'watched.expires_date', 'day') }} as days_left

    from watched
    left join spent
        on watched.use_case_id = spent.use_case_id
            and watched.valid_from = spent.valid_from
            and watched.accounting_month = spent.accounting_month
),

judged as (
    select
        measured.*,
        cast(measured.sandbox_cap - measured.spent_cost as {{ column_type('money') }}) as cap_left,
        coalesce(measured.expires_date <= measured.judged_date, false) as is_expired,
        coalesce(measured.spent_cost > measured.sandbox_cap, false) as is_over_cap,
        coalesce(
            {{ to_units('measured.spent_cost') }} * 100 >= {{ to_units('measured.sandbox_cap') }} * {{ near_cap_percent }}
            and measured.spent_cost <= measured.sandbox_cap,
            false
        ) as is_near_cap,
        coalesce(measured.days_left > 0 and measured.days_left <= {{ expiring_days }}, false) as is_expiring

    from measured
),

-- The cap is reached on the day on which the run-rate has eaten what is left: a part of a day is a day.
projected as (
    select
        judged.*,
        case
            when sandbox_cap is null then 'no cap'
            when cap_left <= 0 then 'reached'
            when recent_cost <= 0 then 'no run-rate'
            else 'expected'
        end as cap_projection_status,
        case
            when cap_left > 0 and recent_cost > 0
                then {{ int_div(
                    to_units('cap_left') ~ ' * run_rate_days + ' ~ to_units('recent_cost') ~ ' - 1',
                    to_units('recent_cost')
                ) }}
        end as days_to_cap

    from judged
),

status as (
    select
        {{ hash_key(['projected.use_case_id', 'projected.valid_from', 'projected.accounting_month']) }}
            as sandbox_status_id,
        projected.use_case_id,
        placed.cost_centre_code,
        placed.department_code,
        placed.division,
        placed.legal_entity_code,
        case
            when projected.is_expired then 'expired'
            when projected.is_over_cap then 'over'
            when projected.is_expiring then 'expiring'
            when projected.is_near_cap then 'near cap'
            else 'ok'
        end as state,
        projected.cap_projection_status,
        notified.usage_owner_id,
        notified.business_owner_id,
        notified.department_head_id,
        projected.reporting_currency,
        projected.sandbox_cap,
        projected.spent_cost,
        projected.cap_left,
        projected.funded_cost,
        projected.over_cap_cost,
        projected.expired_cost,
        projected.month_cost,
        {{ ratio(
            to_units('projected.recent_cost'), 'cast(projected.run_rate_days as decimal(38, 0)) * 10000000000'
        ) }} as run_rate_per_day,
        cast(projected.run_rate_days as {{ dbt.type_bigint() }}) as run_rate_days,
        cast(projected.sandbox_days as {{ dbt.type_bigint() }}) as sandbox_days,
        cast(projected.days_left as {{ dbt.type_bigint() }}) as days_left,
        projected.is_expired,
        projected.is_over_cap,
        projected.is_expiring,
        projected.is_near_cap,
        projected.is_decided,
        projected.is_expired or projected.is_over_cap or projected.is_expiring or projected.is_near_cap as needs_notice,
        projected.expires_date,
        projected.cap_reached_date,
        -- Further ahead than a thousand years is never.
        case
            when projected.days_to_cap <= 365000
                then cast({{ add_days('projected.judged_date', 'projected.days_to_cap') }} as date)
        end as cap_expected_date,
        projected.judged_date,
        projected.accounting_month,
        projected.period_status,
        projected.valid_from as stage_valid_from

    from projected
    left join placed
        on projected.use_case_id = placed.use_case_id
            and projected.accounting_month = placed.accounting_month
    left join notified
        on projected.use_case_id = notified.use_case_id
            and projected.accounting_month = notified.accounting_month
)

select * from status
