with

disputes as (
    select * from {{ ref('stg_registers__disputes') }}
),

ledger as (
    select * from {{ ref('fct_allocation_ledger') }}
),

exceptions as (
    select * from {{ ref('stg_registers__exceptions') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

limits as (
    select
        cast(value as {{ dbt.type_int() }}) as dispute_days,
        valid_from,
        valid_to

    from {{ ref('stg_registers__policy') }}
    where setting = 'dispute_days'
),

aged as (
    select
        disputes.*,
        limits.dispute_days,
        cast(
            {{ dbt.datediff(
                'disputes.raised_on',
                'greatest(disputes.raised_on, coalesce(disputes.resolved_on, as_of.as_of_date))', 'day'
            ) }} as {{ dbt.type_int() }}
        ) as age_days

    from disputes
    cross join as_of
    left join limits
        on cast(as_of.as_of_date as timestamp) >= limits.valid_from
            and cast(as_of.as_of_date as timestamp) < limits.valid_to
),

disputed as (
    select
        aged.dispute_id,
        aged.allocation_id,
        aged.status,
        aged.cost_centre_code as raised_by_cost_centre_code,
        aged.raised_by,
        aged.reason,
        aged.exception_id,
        exceptions.cost_centre_code as settled_to_cost_centre_code,
        ledger.platform,
        ledger.cost_centre_code,
        ledger.use_case_id,
        ledger.rule_id,
        ledger.billing_mode,
        ledger.billing_currency,
        ledger.reporting_currency,
        ledger.billed_cost,
        ledger.effective_cost,
        ledger.reporting_cost,
        aged.age_days,
        aged.dispute_days,
        coalesce(aged.status = 'open' and aged.age_days > aged.dispute_days, false) as is_overdue,
        ledger.allocation_id is not null as has_entry,
        ledger.accounting_month,
        aged.raised_on,
        aged.resolved_on,
        ledger.period_status

    from aged
    left join ledger
        on aged.allocation_id = ledger.allocation_id
    left join exceptions
        on aged.exception_id = exceptions.exception_id
)

select * from disputed
