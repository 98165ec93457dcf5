-- Per month, platform, billing account, invoice, currency and cost centre the allocated FOCUS rows sum to the ledger, in
-- every measure: what other tools are given is what the company reports.
{% set grain = [
    'accounting_month', 'platform', 'billing_account_id', 'invoice_id', 'billing_currency', 'cost_centre_code',
] %}

with

sides as (
    select
        {{ grain | join(', ') }},
        billed_cost,
        effective_cost,
        reporting_cost

    from {{ ref('fct_allocation_ledger') }}

    union all

    select
        x_accounting_month as accounting_month,
        x_platform as platform,
        billing_account_id,
        invoice_id,
        billing_currency,
        allocated_resource_id as cost_centre_code,
        -billed_cost as billed_cost,
        -effective_cost as effective_cost,
        -x_reporting_cost as reporting_cost

    from {{ ref('fct_focus_allocated') }}
)

select
    {{ grain | join(', ') }},
    sum(billed_cost) as billed_difference,
    sum(effective_cost) as effective_difference,
    sum(reporting_cost) as reporting_difference

from sides
group by {{ grain | join(', ') }}
having sum(billed_cost) <> 0 or sum(effective_cost) <> 0 or sum(reporting_cost) <> 0
