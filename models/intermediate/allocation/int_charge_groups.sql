{{ config(materialized='table') }}

with

charges as (
    select * from {{ ref('int_charges_grouped') }}
),

claimed as (
    select * from {{ ref('int_profiles_claimed') }}
),

summed as (
    select
        charge_group_id,
        profile_id,
        max(credited_charge_id) as credited_charge_id,
        max(single_period_start) as single_period_start,
        -- One charge keeps its id: it takes its place in a sandbox's running sum by it.
        case when count(*) = 1 then max(charge_id) end as single_charge_id,
        count(*) as charge_count,
        cast(sum(billed_cost) as {{ column_type('money') }}) as billed_cost,
        cast(sum(effective_cost) as {{ column_type('money') }}) as effective_cost,
        cast(sum(reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        charge_date

    from charges
    group by
        charge_group_id,
        profile_id,
        charge_date
),

groups as (
    select
        summed.charge_group_id,
        summed.credited_charge_id,
        summed.single_charge_id,
        claimed.platform,
        claimed.billing_account_id,
        claimed.invoice_id,
        claimed.billing_currency,
        claimed.reporting_currency,
        claimed.service_name,
        claimed.charge_category,
        claimed.cost_basis,
        claimed.model,
        claimed.feature,
        claimed.charged_environment as environment,
        claimed.workflow_id,
        claimed.api_key_id,
        claimed.rule_key,
        claimed.rule_id,
        claimed.rule_version,
        claimed.method,
        claimed.driver_grain,
        claimed.owner_rung,
        claimed.identity_type,
        claimed.identity_id,
        claimed.owner_use_case_id,
        claimed.owner_cost_centre_code,
        claimed.owner_unallocated_reason,
        claimed.unclaimed_reason,
        summed.charge_count,
        summed.billed_cost,
        summed.effective_cost,
        summed.reporting_cost,
        claimed.is_pooled,
        claimed.accounting_month,
        summed.charge_date,
        -- The later of the day's and the segment's start: stages and departments that change inside the day apply.
        coalesce(
            summed.single_period_start, greatest(cast(summed.charge_date as timestamp), claimed.segment_start)
        ) as period_start,
        claimed.segment_start

    from summed
    left join claimed
        on summed.profile_id = claimed.profile_id
)

select * from groups
