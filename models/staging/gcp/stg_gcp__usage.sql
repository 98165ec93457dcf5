-- The tokens and characters of the bill's own lines, so that they can be shown, priced and drive: Google's export tells
-- callers by project and by the labels that requests carry, and nowhere else.
with

metered_charges as (
    select
        charges.*,
        case when x_token_type is not null then x_token_type || '_tokens' else 'characters' end as metric

    from {{ ref('stg_gcp__charges') }} as charges
    where charge_category = 'Usage'
        and consumed_quantity > 0
        and consumed_unit in ('Tokens', 'Characters')
),

mapped as (
    select
        x_charge_id || ':' || metric as usage_id,
        x_platform as platform,
        x_source_table as source_table,
        x_delivery_id as delivery_id,
        charge_period_start as period_start,
        charge_period_end as period_end,
        metric,
        x_token_type as token_type,
        coalesce(x_token_count, consumed_quantity) as quantity,
        lower(consumed_unit) as unit,
        x_model as model,
        x_service_tier as service_tier,
        x_context_window as context_window,
        x_feature as feature,
        x_environment as environment,
        resource_id,
        x_project_id as project_id,
        tags

    from metered_charges
)

{{ select_usage('mapped', filled=[
    'usage_id', 'platform', 'source_table', 'delivery_id', 'period_start', 'period_end', 'metric', 'token_type',
    'quantity', 'unit', 'model', 'service_tier', 'context_window', 'feature', 'environment', 'resource_id', 'project_id',
    'tags',
]) }}
