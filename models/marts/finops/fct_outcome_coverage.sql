with

entries as (
    select * from {{ ref('fct_allocation_ledger') }}
),

use_case_months as (
    select * from {{ ref('fct_unit_economics') }}
),

cost_centres as (
    select * from {{ ref('int_cost_centres_in_month') }}
),

judged as (
    select
        entries.cost_centre_code,
        entries.use_case_id,
        entries.reporting_currency,
        case
            when entries.use_case_id is null then 'no use case'
            when use_case_months.outcome_count > 0 then 'with outcome'
            when use_case_months.outcome_count = 0 then 'no signal'
            when use_case_months.outcome_unit is not null then 'outcome missing'
            else 'no outcome declared'
        end as outcome_coverage,
        entries.reporting_cost,
        entries.accounting_month,
        entries.period_status

    from entries
    left join use_case_months
        on entries.use_case_id = use_case_months.use_case_id
            and entries.accounting_month = use_case_months.accounting_month
),

summed as (
    select
        judged.cost_centre_code,
        cost_centres.department_code,
        judged.outcome_coverage,
        judged.reporting_currency,
        judged.period_status,
        count(distinct judged.use_case_id) as use_case_count,
        cast(sum(judged.reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        judged.accounting_month

    from judged
    left join cost_centres
        on judged.cost_centre_code = cost_centres.cost_centre_code
            and judged.accounting_month = cost_centres.accounting_month
    group by
        judged.cost_centre_code,
        cost_centres.department_code,
        judged.outcome_coverage,
        judged.reporting_currency,
        judged.period_status,
        judged.accounting_month
),

departments as (
    select
        department_code,
        reporting_currency,
        accounting_month,
        cast(sum(reporting_cost) as {{ column_type('money') }}) as department_cost

    from summed
    group by
        department_code,
        reporting_currency,
        accounting_month
),

coverage as (
    select
        {{ hash_key([
            'summed.cost_centre_code', 'summed.outcome_coverage', 'summed.reporting_currency', 'summed.accounting_month',
        ]) }} as outcome_coverage_id,
        summed.department_code,
        summed.cost_centre_code,
        summed.outcome_coverage,
        summed.reporting_currency,
        summed.use_case_count,
        summed.reporting_cost,
        -- A share of less than a penny tells nothing.
        case when departments.department_cost >= 0.01
            then {{ ratio(to_units('summed.reporting_cost'), to_units('departments.department_cost')) }}
        end as department_cost_share,
        summed.accounting_month,
        summed.period_status

    from summed
    left join departments
        on coalesce(summed.department_code, '') = coalesce(departments.department_code, '')
            and summed.reporting_currency = departments.reporting_currency
            and summed.accounting_month = departments.accounting_month
)

select * from coverage
