{{ config(materialized='table') }}

with

charges as (
    select * from {{ ref('int_charges_profiled') }}
),

claimed as (
    select * from {{ ref('int_profiles_claimed') }}
),

stages as (
    select * from {{ ref('int_use_case_stages') }}
    where stage = 'sandbox'
),

-- Under a live sandbox a charge stays single: the cap may cut it.
capped_profiles as (
    select claimed.profile_id

    from claimed
    inner join stages
        on claimed.owner_use_case_id = stages.use_case_id
            and claimed.segment_start >= stages.valid_from
            and claimed.segment_start < stages.valid_to
            and claimed.segment_start < stages.expires_at
    where claimed.method = 'owner'
    group by claimed.profile_id
),

keyed as (
    select
        {{ hash_key([
            'charges.profile_id', 'charges.charge_date',
            "case when capped_profiles.profile_id is not null or charges.credited_charge_id is not null"
            ~ " then charges.charge_id end",
        ]) }} as charge_group_id,
        charges.charge_id,
        charges.profile_id,
        charges.credited_charge_id,
        charges.source_table,
        charges.delivery_id,
        charges.source_file,
        charges.source_row,
        charges.billed_cost,
        charges.effective_cost,
        charges.reporting_cost,
        charges.accounting_month,
        charges.charge_date,
        case when capped_profiles.profile_id is not null then charges.charge_period_start end as single_period_start

    from charges
    left join capped_profiles
        on charges.profile_id = capped_profiles.profile_id
)

select * from keyed
