with

entries as (
    select * from {{ ref('int_allocations_unioned') }}
    where onward_pool_id is not null
),

passed_on as (
    select
        allocation_id,
        onward_pool_id,
        charge_group_id,
        pool_id,
        platform,
        billing_account_id,
        invoice_id,
        cost_centre_code,
        use_case_id,
        rule_id,
        rule_version,
        method,
        driver,
        billing_mode,
        allocation_path,
        billing_currency,
        reporting_currency,
        tier,
        driver_numerator,
        driver_denominator,
        share,
        billed_cost,
        effective_cost,
        reporting_cost,
        accounting_month,
        charge_date

    from entries
)

select * from passed_on
