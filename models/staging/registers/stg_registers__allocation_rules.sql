with

allocation_rules as (
    select * from {{ ref('allocation_rules') }}
),

typed as (
    select
        {{ trimmed('rule_id') }} as rule_id,
        {{ trimmed('rule_version') }} as rule_version,
        {{ trimmed('description') }} as description,
        {{ trimmed('match_platform') }} as match_platform,
        {{ trimmed('match_service_category') }} as match_service_category,
        {{ trimmed('match_service_name') }} as match_service_name,
        {{ trimmed('match_billing_account_id') }} as match_billing_account_id,
        {{ trimmed('match_sub_account_id') }} as match_sub_account_id,
        {{ trimmed('match_resource_id') }} as match_resource_id,
        {{ trimmed('match_charge_category') }} as match_charge_category,
        {{ trimmed('match_sku') }} as match_sku,
        {{ trimmed('match_api_key_id') }} as match_api_key_id,
        {{ trimmed('match_workflow_id') }} as match_workflow_id,
        {{ trimmed('match_environment') }} as match_environment,
        {{ trimmed('match_model') }} as match_model,
        {{ trimmed('match_cost_centre') }} as match_cost_centre,
        {{ trimmed('match_tag_key') }} as match_tag_key,
        {{ trimmed('match_tag_value') }} as match_tag_value,
        {{ register_column(ref('allocation_rules'), 'match_cost_basis') }} as match_cost_basis,
        {{ register_column(ref('allocation_rules'), 'match_commitment_status') }} as match_commitment_status,
        lower({{ trimmed('method') }}) as method,
        lower({{ trimmed('driver_scope') }}) as driver_scope,
        -- A gateway's key is split day by day.
        case
            when lower({{ trimmed('method') }}) = 'gateway' then 'day'
            else coalesce(lower({{ trimmed('driver_grain') }}), 'month')
        end as driver_grain,
        {{ trimmed('split_id') }} as split_id,
        {{ trimmed('target_cost_centre') }} as target_cost_centre,
        coalesce(lower({{ trimmed('idle_policy') }}), 'spread') as idle_policy,
        lower({{ trimmed('fallback_method') }}) as fallback_method,
        {{ trimmed('approved_by') }} as approved_by,
        {{ register_column(ref('allocation_rules'), 'rule_owner') }} as rule_owner,
        {{ register_column(ref('allocation_rules'), 'data_source') }} as data_source,
        {{ register_column(ref('allocation_rules'), 'review_cadence') }} as review_cadence,
        cast({{ trimmed('priority') }} as {{ dbt.type_int() }}) as priority,
        coalesce(cast({{ trimmed('tier') }} as {{ dbt.type_int() }}), 1) as tier,
        cast({{ register_column(ref('allocation_rules'), 'next_review_on') }} as date) as next_review_on,
        {{ validity(trimmed('valid_from'), trimmed('valid_to')) }}

    from allocation_rules
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(rule_id, description, method) is not null
)

select * from stated
