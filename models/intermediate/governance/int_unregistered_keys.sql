with

owners as (
    select * from {{ ref('int_owners_resolved') }}
    where owner_rung in ('project', 'workspace', 'account') and lookup_reason is null
),

identities as (
    select * from {{ ref('int_owner_profile_identities') }}
    where identity_type in ('api_key', 'service_account')
),

registered as (
    select * from {{ ref('int_identities_matched_to_registers') }}
    where register_state = 'in force'
),

activity as (
    select * from {{ ref('int_owner_profile_activity') }}
),

gateway_keys as (
    select * from {{ ref('int_gateway_keys') }}
),

-- The project owns what the key spends; the key itself is nobody's.
keys as (
    select
        identities.platform,
        identities.identity_type,
        identities.identity_id,
        owners.owner_rung as owned_through,
        owners.identity_id as owning_identity_id,
        owners.cost_centre_code,
        owners.use_case_id,
        cast(sum(activity.reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        cast(sum(activity.token_count) as {{ column_type('whole') }}) as token_count,
        cast(sum(activity.request_count) as {{ column_type('whole') }}) as request_count,
        min(activity.first_seen_date) as first_seen_date,
        max(activity.last_seen_date) as last_seen_date

    from owners
    inner join identities
        on owners.owner_profile_id = identities.owner_profile_id
    inner join activity
        on owners.owner_profile_id = activity.owner_profile_id
    left join registered
        on identities.platform = registered.platform
            and identities.identity_type = registered.identity_type
            and identities.identity_id = registered.identity_id
            and identities.segment_start = registered.segment_start
    left join gateway_keys
        on identities.identity_id = gateway_keys.api_key_id
    where registered.identity_id is null and gateway_keys.api_key_id is null
    group by
        identities.platform,
        identities.identity_type,
        identities.identity_id,
        owners.owner_rung,
        owners.identity_id,
        owners.cost_centre_code,
        owners.use_case_id
)

select * from keys
