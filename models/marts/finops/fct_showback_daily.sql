{% set owner = ['platform', 'cost_centre_code', 'use_case_id', 'reporting_currency'] %}
{#- A posted entry may name a rule that the register no longer has: its pool is a month's. -#}
{% set is_pool_of_a_day = "coalesce(rules.driver_grain = 'day' or entries.driver = 'gateway', false)" %}
{% set metered_methods = "'" ~ usage_drivers() | map('first') | join("', '") ~ "'" %}

with

entries as (
    select * from {{ ref('fct_allocation_ledger') }}
),

rules as (
    select * from {{ ref('dim_allocation_rules') }}
),

stretches as (
    select * from {{ ref('int_charge_group_stretches') }}
),

usage_by_day as (
    select * from {{ ref('int_owner_usage_by_day') }}
),

owned_usage as (
    select * from {{ ref('int_driver_usage_by_owner') }}
    where token_count <> 0 or request_count <> 0
),

cost_centres as (
    select * from {{ ref('int_cost_centres_in_month') }}
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

reporting_currencies as (
    select
        accounting_month,
        max(reporting_currency) as reporting_currency

    from {{ ref('int_exchange_rates') }}
    group by accounting_month
),

-- Which days an entry is about: its own, the stretch that its charges cover, or its pool's month.
dated as (
    select
        {% for column in owner %}
        entries.{{ column }},
        {% endfor %}
        coalesce('use case ' || entries.use_case_id, 'cost centre ' || entries.cost_centre_code) as usage_owner,
        case when entries.pool_id is not null and entries.driver in ({{ metered_methods }}) then entries.driver end as driver,
        coalesce(rules.driver_scope, entries.platform) as driver_platform,
        entries.reporting_cost,
        entries.pool_id is null and stretches.charge_group_id is null
        or entries.pool_id is not null and {{ is_pool_of_a_day }} as is_of_one_day,
        entries.accounting_month,
        cast({{ add_days(next_month_start('entries.accounting_month'), -1) }} as date) as month_end,
        case
            when entries.pool_id is null then coalesce(stretches.first_date, entries.charge_date)
            when {{ is_pool_of_a_day }} then entries.charge_date
            else entries.accounting_month
        end as first_date,
        case
            when entries.pool_id is null then coalesce(stretches.last_date, entries.charge_date)
            when {{ is_pool_of_a_day }} then entries.charge_date
            else cast({{ add_days(next_month_start('entries.accounting_month'), -1) }} as date)
        end as last_date

    from entries
    left join rules
        on entries.rule_id = rules.rule_id
            and entries.rule_version = rules.rule_version
    left join stretches
        on entries.charge_group_id = stretches.charge_group_id
            and entries.pool_id is null
),

-- A late credit is dated outside its accounting month: it counts on the month's nearest day.
placed as (
    select
        {% for column in owner %}
        {{ column }},
        {% endfor %}
        usage_owner,
        driver,
        driver_platform,
        is_of_one_day,
        sum(reporting_cost) as reporting_cost,
        accounting_month,
        greatest(least(first_date, month_end), accounting_month) as first_date,
        greatest(least(last_date, month_end), accounting_month) as last_date

    from dated
    group by
        {% for column in owner %}
        {{ column }},
        {% endfor %}
        usage_owner,
        driver,
        driver_platform,
        is_of_one_day,
        accounting_month,
        greatest(least(first_date, month_end), accounting_month),
        greatest(least(last_date, month_end), accounting_month)
),

wholes as (
    select
        {{ hash_key(owner + ['driver', 'driver_platform', 'first_date', 'last_date']) }} as whole_id,
        placed.*

    from placed
    where not is_of_one_day
),

whole_days as (
    {{ explode_days('wholes', 'first_date', 'last_date') }}
),

metered as (
    select
        whole_days.*,
        coalesce(usage_by_day.driver_units, 0) as driver_units,
        sum(coalesce(usage_by_day.driver_units, 0)) over (partition by whole_days.whole_id) as whole_driver_units

    from whole_days
    left join usage_by_day
        on whole_days.driver_platform = usage_by_day.platform
            and whole_days.usage_owner = usage_by_day.usage_owner
            and whole_days.driver = usage_by_day.driver
            and whole_days.calendar_date = usage_by_day.usage_date
),

day_parts as (
    select
        metered.*,
        case when whole_driver_units > 0 then driver_units else 1 end as day_weight

    from metered
    where whole_driver_units = 0 or driver_units > 0
),

{{ apportion(
    relation='day_parts',
    whole='whole_id',
    weight='day_weight',
    measures=['reporting_cost'],
    tie_break='calendar_date asc nulls last'
) }},

measured as (
    select
        {% for column in owner %}
        {{ column }},
        {% endfor %}
        reporting_cost,
        cast(0 as {{ column_type('money') }}) as usage_spread_cost,
        cast(0 as {{ column_type('money') }}) as evenly_spread_cost,
        cast(0 as {{ column_type('whole') }}) as token_count,
        cast(0 as {{ column_type('whole') }}) as request_count,
        first_date as calendar_date,
        accounting_month

    from placed
    where is_of_one_day

    union all

    select
        {% for column in owner %}
        {{ column }},
        {% endfor %}
        reporting_cost_part as reporting_cost,
        case when whole_driver_units > 0 then reporting_cost_part else cast(0 as {{ column_type('money') }}) end
            as usage_spread_cost,
        case when whole_driver_units = 0 then reporting_cost_part else cast(0 as {{ column_type('money') }}) end
            as evenly_spread_cost,
        cast(0 as {{ column_type('whole') }}) as token_count,
        cast(0 as {{ column_type('whole') }}) as request_count,
        calendar_date,
        accounting_month

    from day_parts_apportioned

    union all

    select
        owned_usage.platform,
        owned_usage.cost_centre_code,
        owned_usage.use_case_id,
        reporting_currencies.reporting_currency,
        cast(0 as {{ column_type('money') }}) as reporting_cost,
        cast(0 as {{ column_type('money') }}) as usage_spread_cost,
        cast(0 as {{ column_type('money') }}) as evenly_spread_cost,
        owned_usage.token_count,
        owned_usage.request_count,
        owned_usage.usage_date as calendar_date,
        owned_usage.usage_month as accounting_month

    from owned_usage
    left join reporting_currencies
        on owned_usage.usage_month = reporting_currencies.accounting_month
),

daily as (
    select
        {% for column in owner %}
        {{ column }},
        {% endfor %}
        cast(sum(reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        cast(sum(usage_spread_cost) as {{ column_type('money') }}) as usage_spread_cost,
        cast(sum(evenly_spread_cost) as {{ column_type('money') }}) as evenly_spread_cost,
        cast(sum(token_count) as {{ column_type('whole') }}) as token_count,
        cast(sum(request_count) as {{ column_type('whole') }}) as request_count,
        calendar_date,
        accounting_month

    from measured
    group by
        {% for column in owner %}
        {{ column }},
        {% endfor %}
        calendar_date,
        accounting_month
),

showback as (
    select
        {{ hash_key([
            'daily.platform', 'daily.cost_centre_code', 'daily.use_case_id', 'daily.reporting_currency',
            'daily.calendar_date',
        ]) }} as daily_showback_id,
        cost_centres.department_code,
        daily.cost_centre_code,
        daily.platform,
        daily.use_case_id,
        daily.reporting_currency,
        daily.reporting_cost,
        daily.usage_spread_cost,
        daily.evenly_spread_cost,
        daily.token_count,
        daily.request_count,
        daily.calendar_date,
        daily.accounting_month,
        periods.period_status

    from daily
    left join cost_centres
        on daily.cost_centre_code = cost_centres.cost_centre_code
            and daily.accounting_month = cost_centres.accounting_month
    left join periods
        on daily.accounting_month = periods.accounting_month
)

select * from showback
