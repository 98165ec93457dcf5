{#- A table, not a view: JSON and patterns are read once per distinct SKU, however often the bill is read. -#}
{{ config(materialized='table') }}

{#- The draft of FOCUS 1.5 names these; before it, a provider's own keys begin with `x_`. -#}
{% set details = [
    ('ModelId', 'detailed_model'),
    ('TokenDirection', 'token_direction'),
    ('TokenCacheAction', 'token_cache_action'),
    ('CacheAction', 'cache_action'),
    ('GpuCount', 'gpu_count'),
] %}

with

lines as (
    select * from {{ ref('stg_focus__lines') }}
),

distinct_skus as (
    select
        sku_key,
        max(platform) as platform,
        max(x_service_code) as x_service_code,
        max(x_usage_type) as x_usage_type,
        max(service_name) as service_name,
        max(sku_meter) as sku_meter,
        max(sku_price_details) as sku_price_details,
        max(consumed_unit) as consumed_unit,
        max(pricing_unit) as pricing_unit,
        max(x_sku_meter_category) as x_sku_meter_category,
        max(x_sku_meter_subcategory) as x_sku_meter_subcategory,
        max(x_sku_description) as x_sku_description,
        max(x_pricing_unit_description) as x_pricing_unit_description,
        max(x_publisher_category) as x_publisher_category

    from lines
    group by sku_key
),

-- AWS tells model and token type in its usage types alone, in FOCUS columns as in its own report.
aws_usage_types as (
    select
        sku_key,
        case
            when platform <> 'aws' then null
            when x_service_code is not null then x_service_code
            when service_name = 'Amazon Bedrock' then 'AmazonBedrock'
            when service_name = 'Amazon SageMaker' then 'AmazonSageMaker'
            when service_name = 'Amazon Elastic Compute Cloud' then 'AmazonEC2'
        end as product_code,
        case when platform = 'aws' then coalesce(x_usage_type, sku_meter) end as usage_type,
        case when platform = 'aws' then pricing_unit end as pricing_unit,
        cast(null as {{ dbt.type_string() }}) as instance_type,
        case when platform = 'aws' and lower(service_name) like '%bedrock edition%' then service_name end as product_name,
        cast(null as {{ dbt.type_string() }}) as unit_in_words

    from distinct_skus
),

classified as (
    {{ classified_aws_usage_types('aws_usage_types') }}
),

-- Azure tells model, kind of token and size of the block in its meters, in FOCUS columns as in its own cost details.
azure_meters as (
    select
        sku_key,
        x_sku_meter_category as meter_category,
        x_sku_meter_subcategory as meter_sub_category,
        sku_meter as meter_name,
        coalesce(x_pricing_unit_description, pricing_unit) as price_unit,
        x_sku_description as product_name,
        coalesce(lower(x_publisher_category) = 'vendor', false) as is_marketplace

    from distinct_skus
    where platform = 'azure'
),

classified_meters as (
    {{ classified_azure_meters('azure_meters') }}
),

detailed as (
    select
        distinct_skus.*,
        classified_meters.model as meter_model,
        classified_meters.token_type as meter_token_type,
        classified_meters.tokens_per_unit as meter_tokens_per_unit,
        classified_meters.usage_feature as meter_feature,
        classified.model as usage_type_model,
        classified.token_type as usage_type_token_type,
        classified.tokens_per_unit as usage_type_tokens_per_unit,
        coalesce(classified_meters.service_tier, classified.service_tier) as service_tier,
        coalesce(classified_meters.context_window, classified.context_window) as context_window,
        classified.usage_feature,
        {%- for key, column in details %}
        lower(coalesce({{ json_text('sku_price_details', key) }}, {{ json_text('sku_price_details', 'x_' ~ key) }}))
            as {{ column }},
        {%- endfor %}
        {{ tokens_per_unit('consumed_unit') }} as tokens_per_consumed_unit,
        {{ tokens_per_unit('distinct_skus.pricing_unit') }} as tokens_per_pricing_unit,
        lower(coalesce(sku_meter, '')) as meter

    from distinct_skus
    left join classified
        on distinct_skus.sku_key = classified.sku_key
    left join classified_meters
        on distinct_skus.sku_key = classified_meters.sku_key
),

understood as (
    select
        sku_key,
        coalesce(detailed_model, usage_type_model, meter_model) as model,
        case
            when meter_token_type is not null then meter_token_type
            when coalesce(detailed_model, '') like '%embed%' and token_direction = 'input' then 'embedding'
            when token_direction = 'input' and coalesce(token_cache_action, cache_action) = 'read' then 'cached_input'
            when token_direction = 'input' and coalesce(token_cache_action, cache_action) = 'write' then 'cache_write'
            when token_direction in ('input', 'output') then token_direction
            when usage_type_token_type is not null then usage_type_token_type
            when coalesce(tokens_per_consumed_unit, tokens_per_pricing_unit) is null then null
            when meter like '%cache%read%' then 'cached_input'
            when meter like '%cache%write%' then 'cache_write'
            when meter like '%cache%' then null
            when meter like '%output%' then 'output'
            when meter like '%embed%' then 'embedding'
            when meter like '%input%' then 'input'
        end as token_type,
        -- An Azure line may show nothing consumed beside its cost: there the priced blocks count.
        case when meter_tokens_per_unit is null then coalesce(
            tokens_per_consumed_unit, case when lower(consumed_unit) = 'units' then usage_type_tokens_per_unit end
        ) end as tokens_per_consumed_unit,
        coalesce(meter_tokens_per_unit, tokens_per_pricing_unit, usage_type_tokens_per_unit) as tokens_per_pricing_unit,
        service_tier,
        context_window,
        case when coalesce(gpu_count, '0') <> '0' then 'gpu_compute' else coalesce(meter_feature, usage_feature) end
            as usage_feature

    from detailed
)

select * from understood
