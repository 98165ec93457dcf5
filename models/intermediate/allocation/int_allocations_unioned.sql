{{ config(materialized='table') }}

{% set grain = [
    'charge_group_id', 'pool_id', 'platform', 'billing_account_id', 'invoice_id', 'feature', 'cost_centre_code',
    'use_case_id', 'environment', 'model', 'workflow_id', 'identity_type', 'identity_id', 'owner_rung', 'rule_key',
    'rule_id', 'rule_version', 'method', 'fallback_method', 'driver', 'use_case_stage', 'funding', 'billing_mode',
    'unallocated_reason', 'billing_currency', 'reporting_currency', 'accounting_month', 'charge_date', 'tier',
    'allocation_path', 'onward_pool_id',
] %}

with

allocations as (
    select * from {{ ref('int_allocations_passed_on') }}
),

-- Two parts of a pool that end with one payer, use case and mode are one entry.
entries as (
    select
        {{ hash_key([
            'charge_group_id', 'pool_id', 'cost_centre_code', 'use_case_id', 'billing_mode', 'funding',
            'unallocated_reason', 'identity_type', 'identity_id',
        ]) }} as allocation_id,
        {{ grain | join(', ') }},
        cast(sum(driver_numerator) as {{ column_type('quantity') }}) as driver_numerator,
        max(driver_denominator) as driver_denominator,
        {{ ratio('cast(sum(driver_units) as decimal(38, 0))', 'max(driver_units_total)') }} as share,
        cast(sum(billed_cost) as {{ column_type('money') }}) as billed_cost,
        cast(sum(effective_cost) as {{ column_type('money') }}) as effective_cost,
        cast(sum(reporting_cost) as {{ column_type('money') }}) as reporting_cost

    from allocations
    group by {{ grain | join(', ') }}
)

select * from entries
