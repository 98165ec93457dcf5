{% set bill = ['platform', 'billing_currency', 'effective_cost', 'reporting_cost', 'accounting_month', 'charge_date'] %}
{% set receiver = ['cost_centre_code', 'use_case_id', 'unallocated_reason', 'identity_type', 'identity_id'] %}

with

direct_charges as (
    select * from {{ ref('int_direct_charges_assigned') }}
    where method = 'owner'
),

groups as (
    select * from {{ ref('int_charge_groups') }}
),

followed_credits as (
    select * from {{ ref('int_credits_followed') }}
),

-- What owners were charged, less what was credited to the same owners, each on its own bill.
owner_costs as (
    select
        {{ bill | join(', ') }},
        {{ receiver | join(', ') }}

    from direct_charges

    union all

    select
        {% for column in bill %}
        groups.{{ column }},
        {% endfor %}
        {% for column in receiver %}
        direct_charges.{{ column }}{{ "," if not loop.last }}
        {% endfor %}

    from groups
    inner join followed_credits
        on groups.charge_group_id = followed_credits.charge_group_id
    inner join direct_charges
        on followed_credits.credited_group_id = direct_charges.charge_group_id
),

-- Effective cost compares within one currency; a scope that is billed in several compares in the reporting currency.
scoped as (
    select
        owner_costs.*,
        min(billing_currency) over (partition by platform, accounting_month)
        = max(billing_currency) over (partition by platform, accounting_month) as is_one_currency

    from owner_costs
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
