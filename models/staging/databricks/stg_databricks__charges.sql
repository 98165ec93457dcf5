with

usage_records as (
    select * from {{ ref('stg_databricks__priced_usage') }}
),

tag_sets as (
    select * from {{ ref('stg_databricks__tags') }}
),

described as (
    select
        usage_records.*,
        tag_sets.environment,
        {{ merged_json_objects([
            'tag_sets.tags',
            json_object_text("'usage_policy_id'", "coalesce(" ~ json_text('usage_metadata', 'usage_policy_id') ~ ", "
            ~ json_text('usage_metadata', 'budget_policy_id') ~ ")"),
        ]) }} as tags,
        {{ json_text('usage_metadata', 'endpoint_name') }} as endpoint_name,
        {{ json_text('usage_metadata', 'job_id') }} as job_id,
        {{ json_text('usage_metadata', 'warehouse_id') }} as warehouse_id,
        coalesce({{ json_text('usage_metadata', 'cluster_id') }}, {{ json_text('usage_metadata', 'endpoint_id') }})
            as resource_id,
        coalesce(
            {{ json_text('identity_metadata', 'run_as') }},
            {{ json_text('identity_metadata', 'owned_by') }},
            {{ json_text('identity_metadata', 'created_by') }}
        ) as principal,
        origin_product in (
            'MODEL_SERVING', 'FOUNDATION_MODEL_TRAINING', 'VECTOR_SEARCH', 'AI_FUNCTIONS', 'AI_GATEWAY', 'AI_RUNTIME',
            'AGENT_BRICKS', 'AGENT_EVALUATION', 'GENIE', 'AI_BI_GENIE'
        )
        or sku_name like '%MODEL_SERVING%'
        or sku_name like '%REAL_TIME_INFERENCE%'
        or sku_name like '%MODEL_TRAINING%' as is_ai

    from usage_records
    left join tag_sets
        on {{ hash_key(['usage_records.custom_tags']) }} = tag_sets.tag_key
),

-- Of a model that is paid by the token the endpoint bears the name; `ANTHROPIC_MODEL_SERVING` tells the maker alone.
named as (
    select
        described.*,
        -- Azure's bill has one name for all of it, and by that name the two can be told to be the same purchase.
        case when cloud = 'AZURE' then 'Azure Databricks' when is_ai then 'Databricks Mosaic AI' else 'Databricks' end
            as service_name,
        case
            when is_ai and usage_type = 'TOKEN' and endpoint_name like 'databricks-%'
                then lower(substr(endpoint_name, length('databricks-') + 1))
        end as model,
        case
            when origin_product = 'VECTOR_SEARCH' then 'search'
            when origin_product like 'AGENT%' or origin_product like '%GENIE%' then 'agents'
            when origin_product like '%TRAINING%' or sku_name like '%MODEL_TRAINING%' then 'training'
            when is_ai and usage_type = 'TOKEN' then 'text'
            when origin_product = 'MODEL_SERVING' and usage_type in ('COMPUTE_TIME', 'GPU_TIME') then 'provisioned_capacity'
            when usage_type = 'GPU_TIME' then 'gpu_compute'
            when is_ai then 'text'
            else 'other'
        end as feature

    from described
),

mapped as (
    select
        _row_id as x_charge_id,
        _delivery_id as x_delivery_id,
        'databricks__usage' as x_source_table,
        _file as x_source_file,
        _row as x_source_row,
        'databricks' as x_platform,
        case when is_priced then 'billed' else 'unpriced' end as x_cost_basis,
        false as x_is_coarse,
        amount as billed_cost,
        amount as effective_cost,
        coalesce(list_amount, amount) as list_cost,
        amount as contracted_cost,
        currency as billing_currency,
        account_id as billing_account_id,
        'Account' as billing_account_type,
        {{ month_start('started_at') }} as billing_period_start,
        {{ next_month_start('started_at') }} as billing_period_end,
        started_at as charge_period_start,
        ended_at as charge_period_end,
        'Usage' as charge_category,
        case when record_type <> 'ORIGINAL' then 'Correction' end as charge_class,
        sku_name || case when record_type <> 'ORIGINAL' then ' (' || lower(record_type) || ')' else '' end
            as charge_description,
        'Usage-Based' as charge_frequency,
        quantity as consumed_quantity,
        coalesce(usage_unit, 'Units') as consumed_unit,
        quantity as pricing_quantity,
        coalesce(usage_unit, 'Units') as pricing_unit,
        'Standard' as pricing_category,
        list_price as list_unit_price,
        price as contracted_unit_price,
        currency as pricing_currency,
        case service_name when 'Databricks Mosaic AI' then 'AI and Machine Learning' else 'Analytics' end as service_category,
        case service_name when 'Databricks Mosaic AI' then 'Generative AI' else 'Analytics Platforms' end
            as service_subcategory,
        service_name,
        'Databricks' as service_provider_name,
        case cloud when 'AZURE' then 'Microsoft' when 'AWS' then 'Amazon Web Services' when 'GCP' then 'Google Cloud' else 'Databricks' end
            as host_provider_name,
        case when cloud = 'AZURE' then 'Microsoft' else 'Databricks' end as invoice_issuer_name,
        resource_id,
        case when resource_id is not null then endpoint_name end as resource_name,
        case when resource_id is not null then service_name end as resource_type,
        sku_name as sku_id,
        sku_name as sku_meter,
        sku_name as sku_price_id,
        workspace_id as sub_account_id,
        workspace_id as sub_account_name,
        case when workspace_id is not null then 'Workspace' end as sub_account_type,
        tags,
        sku_name as x_sku,
        model as x_model,
        case
            when feature = 'provisioned_capacity' then 'provisioned'
            when usage_type = 'TOKEN' then 'pay-per-token'
        end as x_service_tier,
        feature as x_feature,
        environment as x_environment,
        case when principal not like '%person:%' then principal end as x_service_account_id,
        case when principal like '%person:%' then regexp_extract(principal, 'person:[0-9a-f]+', 0) end as x_user_id,
        job_id as x_workflow_id,
        endpoint_name as x_endpoint_id,
        warehouse_id as x_warehouse_id,
        workspace_id as x_workspace_id

    from named
)

{{ select_charges('mapped', filled=[
    'x_charge_id', 'x_delivery_id', 'x_source_table', 'x_source_file', 'x_source_row', 'x_platform', 'x_cost_basis',
    'x_is_coarse', 'billed_cost', 'effective_cost', 'list_cost', 'contracted_cost', 'billing_currency',
    'billing_account_id', 'billing_account_type', 'billing_period_start', 'billing_period_end', 'charge_period_start',
    'charge_period_end', 'charge_category', 'charge_class', 'charge_description', 'charge_frequency',
    'consumed_quantity', 'consumed_unit', 'pricing_quantity', 'pricing_unit', 'pricing_category', 'list_unit_price',
    'contracted_unit_price', 'pricing_currency', 'service_category', 'service_subcategory', 'service_name',
    'service_provider_name', 'host_provider_name', 'invoice_issuer_name', 'resource_id', 'resource_name',
    'resource_type', 'sku_id', 'sku_meter', 'sku_price_id', 'sub_account_id', 'sub_account_name', 'sub_account_type',
    'tags', 'x_sku', 'x_model', 'x_service_tier', 'x_feature', 'x_environment', 'x_service_account_id', 'x_user_id',
    'x_workflow_id', 'x_endpoint_id', 'x_warehouse_id', 'x_workspace_id',
]) }}
