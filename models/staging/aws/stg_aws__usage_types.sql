{#- A table, not a view: the patterns run once per distinct usage type, however often the bill is read. -#}
{{ config(materialized='table') }}

with

cur_lines as (
    select * from {{ ref('stg_aws__cur_lines') }}
),

services as (
    select * from {{ ref('stg_aws__services') }}
),

distinct_usage_types as (
    select
        usage_type_key,
        max(product_code) as product_code,
        max(usage_type) as usage_type,
        max(pricing_unit) as pricing_unit,
        max(instance_type) as instance_type,
        max(product_name) as product_name,
        max(unit_in_words) as unit_in_words

    from cur_lines
    group by usage_type_key
),

classified as (
    {{ classified_aws_usage_types('distinct_usage_types') }}
),

-- Marketplace bills Bedrock's models under codes that tell nothing, and under as many names as there are models.
named as (
    select
        classified.*,
        case
            when classified.is_bedrock and classified.product_code <> 'AmazonBedrockAgentCore' then 'Amazon Bedrock'
            else coalesce(services.service_name, classified.product_name, classified.product_code, 'AWS')
        end as service_name

    from classified
    left join services
        on classified.product_code = services.product_code
),

service_categories as (
    select
        service_name,
        max(service_category) as service_category,
        max(service_subcategory) as service_subcategory

    from services
    group by service_name
),

categorised as (
    select
        named.usage_type_key,
        named.service_name,
        coalesce(
            service_categories.service_category,
            case when lower(named.service_name) like '%claude%' then 'AI and Machine Learning' end,
            'Other'
        ) as service_category,
        coalesce(
            service_categories.service_subcategory,
            case when lower(named.service_name) like '%claude%' then 'Generative AI' end,
            'Other (Other)'
        ) as service_subcategory,
        named.model,
        named.token_type,
        named.tokens_per_unit,
        named.service_tier,
        named.context_window,
        named.inference_scope,
        named.usage_feature,
        named.is_bedrock

    from named
    left join service_categories
        on named.service_name = service_categories.service_name
)

select * from categorised
