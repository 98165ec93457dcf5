{{ config(materialized='table') }}

with

profiles as (
    select * from {{ ref('int_charge_profiles') }}
),

matched_rules as (
    select * from {{ ref('int_profile_rules_matched') }}
),

rules as (
    select * from {{ ref('int_allocation_rules') }}
    where tier = 1
),

owners as (
    select * from {{ ref('int_owners_resolved') }}
),

-- A direct rule is in force at the charge's period start, a pool's rule at the pool's: its month, or its day.
rules_in_force as (
    select
        profiles.profile_id,
        rules.rule_key,
        rules.priority,
        rules.valid_from,
        rules.method,
        rules.method = 'owner' and owners.lookup_reason is not null as is_missed

    from profiles
    inner join matched_rules
        on profiles.profile_id = matched_rules.profile_id
    inner join rules
        on matched_rules.rule_key = rules.rule_key
    left join owners
        on profiles.owner_profile_id = owners.owner_profile_id
    where rules.valid_from <= case
            when not rules.is_pooled then profiles.segment_start
            when rules.driver_grain = 'day' then profiles.day_segment_start
            else cast(profiles.accounting_month as timestamp)
        end
        and rules.valid_to > case
            when not rules.is_pooled then profiles.segment_start
            when rules.driver_grain = 'day' then profiles.day_segment_start
            else cast(profiles.accounting_month as timestamp)
        end
),

-- A direct rule whose look-up misses passes the charge on, and the miss is remembered.
first_claims as (
    select
        profile_id,
        rule_key,
        row_number() over (
            partition by profile_id
            -- Two versions of a rule may both be in force, one by month and one by day: the later one speaks.
            order by priority asc nulls last, valid_from desc nulls last, rule_key asc nulls last
        ) as claim_order

    from rules_in_force
    where not is_missed
),

misses as (
    select profile_id
    from rules_in_force
    where is_missed
    group by profile_id
),

claimed as (
    select
        profiles.*,
        first_claims.rule_key,
        rules.rule_id,
        rules.rule_version,
        rules.method,
        coalesce(rules.is_pooled, false) as is_pooled,
        rules.driver_grain,
        owners.owner_rung,
        owners.identity_type,
        owners.identity_id,
        owners.use_case_id as owner_use_case_id,
        owners.cost_centre_code as owner_cost_centre_code,
        owners.lookup_reason,
        owners.unallocated_reason as owner_unallocated_reason,
        coalesce(profiles.environment, owners.environment) as charged_environment,
        case
            when first_claims.rule_key is not null then null
            when misses.profile_id is not null then owners.lookup_reason
            else 'no_rule'
        end as unclaimed_reason

    from profiles
    left join first_claims
        on profiles.profile_id = first_claims.profile_id
            and first_claims.claim_order = 1
    left join rules
        on first_claims.rule_key = rules.rule_key
    left join misses
        on profiles.profile_id = misses.profile_id
    left join owners
        on profiles.owner_profile_id = owners.owner_profile_id
)

select * from claimed
