{% set grain = [
    'department_code', 'cost_centre_code', 'platform', 'use_case_id', 'feature', 'model', 'workflow_id',
    'environment', 'reporting_currency',
] %}

with

direct_costs as (
    select * from {{ ref('int_allocations_unioned') }}
    where pool_id is null and onward_pool_id is null and unallocated_reason is null
),

pool_costs as (
    select * from {{ ref('int_pool_parts_spread') }}
),

owned_usage as (
    select * from {{ ref('int_driver_usage_by_owner') }}
    where unallocated_reason is null and (token_count <> 0 or request_count <> 0)
),

cost_centres as (
    select * from {{ ref('int_cost_centres_in_month') }}
),

posted as (
    select * from {{ ref('stg_closes__showback') }}
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

measured as (
    select
        platform, cost_centre_code, use_case_id, feature, model, workflow_id, environment, reporting_currency,
        effective_cost,
        reporting_cost,
        cast(0 as {{ column_type('money') }}) as indicative_cost,
        cast(0 as {{ column_type('whole') }}) as token_count,
        cast(0 as {{ column_type('whole') }}) as request_count,
        accounting_month

    from direct_costs

    union all

    select
        platform, cost_centre_code, use_case_id, feature, model, workflow_id, environment, reporting_currency,
        effective_cost,
        reporting_cost,
        case when is_indicative then reporting_cost else cast(0 as {{ column_type('money') }}) end as indicative_cost,
        cast(0 as {{ column_type('whole') }}) as token_count,
        cast(0 as {{ column_type('whole') }}) as request_count,
        accounting_month

    from pool_costs

    union all

    select
        owned_usage.platform,
        owned_usage.cost_centre_code,
        owned_usage.use_case_id,
        owned_usage.feature,
        owned_usage.model,
        owned_usage.workflow_id,
        owned_usage.environment,
        reporting_currencies.reporting_currency,
        cast(0 as {{ column_type('money') }}) as effective_cost,
        cast(0 as {{ column_type('money') }}) as reporting_cost,
        cast(0 as {{ column_type('money') }}) as indicative_cost,
        owned_usage.token_count,
        owned_usage.request_count,
        owned_usage.usage_month as accounting_month

    from owned_usage
    left join reporting_currencies
        on owned_usage.usage_month = reporting_currencies.accounting_month
),

monthly as (
    select
        cost_centres.department_code,
        measured.cost_centre_code,
        measured.platform,
        measured.use_case_id,
        measured.feature,
        measured.model,
        measured.workflow_id,
        measured.environment,
        measured.reporting_currency,
        cast(sum(measured.effective_cost) as {{ column_type('money') }}) as effective_cost,
        cast(sum(measured.reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        cast(sum(measured.indicative_cost) as {{ column_type('money') }}) as indicative_cost,
        cast(sum(measured.token_count) as {{ column_type('whole') }}) as token_count,
        cast(sum(measured.request_count) as {{ column_type('whole') }}) as request_count,
        measured.accounting_month

    from measured
    left join cost_centres
        on measured.cost_centre_code = cost_centres.cost_centre_code
            and measured.accounting_month = cost_centres.accounting_month
    group by
        cost_centres.department_code,
        measured.cost_centre_code,
        measured.platform,
        measured.use_case_id,
        measured.feature,
        measured.model,
        measured.workflow_id,
        measured.environment,
        measured.reporting_currency,
        measured.accounting_month
),

keyed as (
    select
        {{ hash_key(grain) }} as series_id,
        monthly.*,
        periods.period_status

    from monthly
    left join periods
        on monthly.accounting_month = periods.accounting_month
    where coalesce(periods.period_status, 'open') <> 'closed'
),

-- A closed month is compared with as it was shown.
shown as (
    select
        series_id,
        reporting_cost,
        accounting_month

    from keyed

    union all

    select
        {{ hash_key(grain) }} as series_id,
        reporting_cost,
        accounting_month

    from posted
),

compared as (
    select
        {{ hash_key(['keyed.series_id', 'keyed.accounting_month']) }} as showback_id,
        {% for column in grain %}
        keyed.{{ column }},
        {% endfor %}
        keyed.effective_cost,
        keyed.reporting_cost,
        keyed.indicative_cost,
        previous.reporting_cost as previous_month_reporting_cost,
        cast(keyed.reporting_cost - coalesce(previous.reporting_cost, 0) as {{ column_type('money') }})
            as month_on_month_change,
        keyed.token_count,
        keyed.request_count,
        keyed.indicative_cost <> 0 as is_indicative,
        keyed.accounting_month,
        keyed.period_status

    from keyed
    left join shown as previous
        on keyed.series_id = previous.series_id
            and keyed.accounting_month = {{ month_start(add_months('previous.accounting_month', 1)) }}
),

disputed as (
    select
        cost_centre_code,
        platform,
        coalesce(use_case_id, '') as use_case_key,
        accounting_month

    from {{ ref('fct_disputes') }}
    where status = 'open' and has_entry
    group by
        cost_centre_code,
        platform,
        coalesce(use_case_id, ''),
        accounting_month
),

united as (
    select * from compared

    union all

    select
        {% for column, _ in showback_columns() %}
        {{ column }},
        {% endfor %}
        'closed' as period_status

    from posted
),

-- Shares and the year before are worked out here, not archived, so that months posted at any time have them.
keyed_by_series as (
    select
        {{ hash_key(grain) }} as series_id,
        united.*,
        {{ to_units('sum(reporting_cost) over (partition by reporting_currency, accounting_month)') }} as company_units,
        {{ to_units(
            'sum(reporting_cost) over (partition by department_code, reporting_currency, accounting_month)'
        ) }} as department_units

    from united
),

showback as (
    select
        {% for column, _ in showback_columns() %}
        united.{{ column }},
        {% endfor %}
        united.period_status,
        disputed.platform is not null as is_disputed,
        {{ ratio(to_units('united.reporting_cost'), 'united.department_units') }} as department_cost_share,
        {{ ratio(to_units('united.reporting_cost'), 'united.company_units') }} as company_cost_share,
        last_year.reporting_cost as previous_year_reporting_cost,
        cast(united.reporting_cost - last_year.reporting_cost as {{ column_type('money') }}) as year_on_year_change

    from keyed_by_series as united
    left join shown as last_year
        on united.series_id = last_year.series_id
            and united.accounting_month = {{ month_start(add_months('last_year.accounting_month', 12)) }}
    left join disputed
        on united.cost_centre_code = disputed.cost_centre_code
            and united.platform = disputed.platform
            and coalesce(united.use_case_id, '') = disputed.use_case_key
            and united.accounting_month = disputed.accounting_month
)

select * from showback
