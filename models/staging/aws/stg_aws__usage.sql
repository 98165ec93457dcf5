-- The tokens of the bill's own token lines, so that they can be shown and priced; Bedrock reports no other usage per caller.
with

token_charges as (
    select * from {{ ref('stg_aws__charges') }}
    where x_token_type is not null and x_token_count > 0
),

mapped as (
    select
        x_charge_id || ':' || x_token_type || '_tokens' as usage_id,
        x_platform as platform,
        x_source_table as source_table,
        x_delivery_id as delivery_id,
        charge_period_start as period_start,
        charge_period_end as period_end,
        x_token_type || '_tokens' as metric,
        x_token_type as token_type,
        x_token_count as quantity,
        'tokens' as unit,
        x_model as model,
        x_service_tier as service_tier,
        x_context_window as context_window,
        x_feature as feature,
        x_environment as environment,
        resource_id,
        x_role_id as role_id,
        x_account_id as account_id,
        x_user_id as user_id,
        tags

    from token_charges
)

{{ select_usage('mapped', filled=[
    'usage_id', 'platform', 'source_table', 'delivery_id', 'period_start', 'period_end', 'metric', 'token_type',
    'quantity', 'unit', 'model', 'service_tier', 'context_window', 'feature', 'environment', 'resource_id', 'role_id',
    'account_id', 'user_id', 'tags',
]) }}
