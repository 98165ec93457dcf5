{#- A table, not a view: the patterns run once per distinct meter, however often the bill is read. -#}
{{ config(materialized='table') }}

with

cost_lines as (
    select * from {{ ref('stg_azure__cost_lines') }}
),

services as (
    select * from {{ ref('stg_azure__services') }}
),

distinct_meters as (
    select
        meter_key,
        max(resource_provider) as resource_provider,
        max(meter_category) as meter_category,
        max(meter_sub_category) as meter_sub_category,
        max(meter_name) as meter_name,
        max(unit_of_measure) as price_unit,
        max(product) as product_name,
        max(product_order_name) as product_order_name,
        max(case when is_marketplace then 1 else 0 end) = 1 as is_marketplace

    from cost_lines
    group by meter_key
),

classified as (
    {{ classified_azure_meters('distinct_meters') }}
),

-- A reservation of provisioned throughput is bought from the provider of reservations, for the service that uses it.
known_by_provider as (
    select
        classified.*,
        case
            when is_marketplace and is_model_meter then 'microsoft.cognitiveservices'
            when lower(coalesce(product_order_name, product_name)) like '%provisioned throughput%'
                then 'microsoft.cognitiveservices'
            when is_marketplace then null
            else resource_provider
        end as service_provider_key

    from classified
),

named as (
    select
        known_by_provider.meter_key,
        coalesce(
            services.service_name,
            case when known_by_provider.is_marketplace then 'Azure Marketplace' end,
            known_by_provider.meter_category,
            'Azure'
        ) as service_name,
        coalesce(services.service_category, 'Other') as service_category,
        coalesce(services.service_subcategory, 'Other (Other)') as service_subcategory,
        known_by_provider.model,
        known_by_provider.token_type,
        known_by_provider.tokens_per_unit,
        known_by_provider.service_tier,
        known_by_provider.context_window,
        known_by_provider.inference_scope,
        case
            when known_by_provider.is_marketplace and not known_by_provider.is_model_meter then 'marketplace'
            else known_by_provider.usage_feature
        end as usage_feature

    from known_by_provider
    left join services
        on known_by_provider.service_provider_key = services.resource_provider
),

-- A meter category may be spelt as a service is that has a category of its own.
categorised as (
    select
        named.meter_key,
        named.service_name,
        coalesce(own.service_category, named.service_category) as service_category,
        coalesce(own.service_subcategory, named.service_subcategory) as service_subcategory,
        named.model,
        named.token_type,
        named.tokens_per_unit,
        named.service_tier,
        named.context_window,
        named.inference_scope,
        named.usage_feature

    from named
    left join (
        select
            service_name,
            max(service_category) as service_category,
            max(service_subcategory) as service_subcategory

        from services
        group by service_name
    ) as own
        on named.service_name = own.service_name
)

select
    meter_key,
    service_name,
    service_category,
    service_subcategory,
    model,
    token_type,
    tokens_per_unit,
    service_tier,
    context_window,
    inference_scope,
    usage_feature

from categorised
