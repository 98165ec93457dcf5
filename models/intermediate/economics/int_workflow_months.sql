with

entries as (
    select * from {{ ref('fct_allocation_ledger') }}
    where workflow_id is not null
),

registered as (
    select * from {{ ref('stg_registers__identities') }}
    where identity_type = 'workflow'
),

periods as (
    select
        periods.accounting_month,
        {{ month_start(add_months('periods.accounting_month', 1)) }} as next_month

    from {{ ref('int_accounting_periods') }} as periods
    inner join {{ ref('int_as_of_date') }} as as_of
        on periods.accounting_month <= as_of.as_of_date
),

spent as (
    select
        platform,
        workflow_id,
        max(use_case_id) as use_case_id,
        max(cost_centre_code) as cost_centre_code,
        max(reporting_currency) as reporting_currency,
        cast(sum(reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        accounting_month

    from entries
    group by
        platform,
        workflow_id,
        accounting_month
),

registered_months as (
    select
        registered.platform,
        registered.identity_id as workflow_id,
        max(registered.use_case_id) as use_case_id,
        max(registered.cost_centre_code) as cost_centre_code,
        periods.accounting_month

    from registered
    inner join periods
        on registered.valid_from < periods.next_month and registered.valid_to > periods.accounting_month
    group by
        registered.platform,
        registered.identity_id,
        periods.accounting_month
),

known as (
    select
        platform, workflow_id, use_case_id, cost_centre_code, reporting_currency, reporting_cost,
        cast(0 as {{ dbt.type_int() }}) as is_in_register,
        accounting_month

    from spent

    union all

    select
        platform, workflow_id, use_case_id, cost_centre_code,
        cast(null as {{ dbt.type_string() }}) as reporting_currency,
        cast(0 as {{ column_type('money') }}) as reporting_cost,
        cast(1 as {{ dbt.type_int() }}) as is_in_register,
        accounting_month

    from registered_months
),

workflow_months as (
    select
        platform,
        workflow_id,
        max(use_case_id) as use_case_id,
        max(cost_centre_code) as cost_centre_code,
        max(reporting_currency) as reporting_currency,
        cast(sum(reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        max(is_in_register) = 1 as is_registered,
        accounting_month

    from known
    group by
        platform,
        workflow_id,
        accounting_month
)

select * from workflow_months
