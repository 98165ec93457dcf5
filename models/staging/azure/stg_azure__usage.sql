-- What the deployments metered, and the tokens of the bill's own token lines for every account and day that has no metrics
-- of tokens: the bill knows the account alone, and both tell of the same tokens.
with

named as (
    select
        metrics.*,
        lower(resource_id) as resource_path,
        lower(metric_name) as metric_key,
        case
            when lower(metric_name) in ('processedprompttokens', 'inputtokens') then 'input'
            when lower(metric_name) in ('generatedtokens', 'outputtokens') then 'output'
        end as token_type

    from {{ source('azure', 'metrics') }} as metrics
),

metric_rows as (
    select
        named.*,
        -- An account may report by the older and by the newer name of the same metric.
        max(case when metric_key in ('processedprompttokens', 'generatedtokens', 'azureopenairequests') then 1 else 0 end)
            over (partition by resource_path, lower(model_deployment_name), left(timestamp, 10), token_type)
            as has_older_names

    from named
),

metered as (
    select
        _row_id || ':' || metric_key as usage_id,
        'azure' as platform,
        'azure__metrics' as source_table,
        _delivery_id as delivery_id,
        cast(timestamp as {{ dbt.type_timestamp() }}) as period_start,
        cast(timestamp as {{ dbt.type_timestamp() }}) as period_end,
        coalesce(token_type || '_tokens', 'requests') as metric,
        token_type,
        cast(total as {{ column_type('quantity') }}) as quantity,
        case when metric_key in ('azureopenairequests', 'modelrequests') then 'requests' else 'tokens' end as unit,
        lower(model_name) as model,
        cast(null as {{ dbt.type_string() }}) as service_tier,
        cast(null as {{ dbt.type_string() }}) as context_window,
        'text' as feature,
        cast(null as {{ dbt.type_string() }}) as environment,
        -- `account/deployment`: a deployment's name is its account's own.
        regexp_extract(resource_path, '[^/]+$', 0) || '/' || model_deployment_name as endpoint_id,
        resource_path as resource_id,
        nullif(regexp_extract(resource_path, '^/subscriptions/([^/]+)', 1), '') as account_id,
        cast(null as {{ dbt.type_string() }}) as tags

    from metric_rows
    where
        metric_key in ('processedprompttokens', 'generatedtokens', 'azureopenairequests')
        or (metric_key in ('inputtokens', 'outputtokens', 'modelrequests') and has_older_names = 0)
),

metered_days as (
    select
        resource_id,
        cast(period_start as date) as metered_on

    from metered
    where token_type is not null
    group by resource_id, cast(period_start as date)
),

billed as (
    select
        charges.x_charge_id || ':' || charges.x_token_type || '_tokens' as usage_id,
        charges.x_platform as platform,
        charges.x_source_table as source_table,
        charges.x_delivery_id as delivery_id,
        charges.charge_period_start as period_start,
        charges.charge_period_end as period_end,
        charges.x_token_type || '_tokens' as metric,
        charges.x_token_type as token_type,
        charges.x_token_count as quantity,
        'tokens' as unit,
        charges.x_model as model,
        charges.x_service_tier as service_tier,
        charges.x_context_window as context_window,
        charges.x_feature as feature,
        charges.x_environment as environment,
        cast(null as {{ dbt.type_string() }}) as endpoint_id,
        charges.resource_id,
        charges.x_account_id as account_id,
        charges.tags

    from {{ ref('stg_azure__charges') }} as charges
    left join metered_days
        on charges.resource_id = metered_days.resource_id
            and cast(charges.charge_period_start as date) = metered_days.metered_on
    where charges.x_token_type is not null and charges.x_token_count > 0 and metered_days.resource_id is null
),

mapped as (
    select * from metered
    union all
    select * from billed
)

{{ select_usage('mapped', filled=[
    'usage_id', 'platform', 'source_table', 'delivery_id', 'period_start', 'period_end', 'metric', 'token_type',
    'quantity', 'unit', 'model', 'service_tier', 'context_window', 'feature', 'environment', 'endpoint_id',
    'resource_id', 'account_id', 'tags',
]) }}
