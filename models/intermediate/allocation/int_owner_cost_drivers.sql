with

direct_charges as (
    select * from {{ ref('int_direct_charges_assigned') }}
    where method = 'owner'
),

-- Effective cost compares within one currency; a scope that is billed in several compares in the reporting currency.
scoped as (
    select
        direct_charges.*,
        min(billing_currency) over (partition by platform, accounting_month)
        = max(billing_currency) over (partition by platform, accounting_month) as is_one_currency

    from direct_charges
),

summed as (
    select
        platform,
        accounting_month,
        charge_date,
        cost_centre_code,
        case when unallocated_reason is null then use_case_id end as use_case_id,
        unallocated_reason,
        case when unallocated_reason is not null then identity_type end as identity_type,
        case when unallocated_reason is not null then identity_id end as identity_id,
        cast(sum(case when is_one_currency then effective_cost else reporting_cost end) as {{ column_type('money') }})
            as driver_cost

    from scoped
    group by
        platform,
        accounting_month,
        charge_date,
        cost_centre_code,
        case when unallocated_reason is null then use_case_id end,
        unallocated_reason,
        case when unallocated_reason is not null then identity_type end,
        case when unallocated_reason is not null then identity_id end
)

select * from summed
