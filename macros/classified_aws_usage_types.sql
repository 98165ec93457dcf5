{#-
    What an AWS usage type says: which Bedrock model and kind of token, how many tokens a unit is, tier and feature.
    A SELECT body to put behind a CTE's name: every column of the relation, then is_bedrock, model, token_type,
    tokens_per_unit, service_tier, context_window, inference_scope and usage_feature; what is not understood is null.

    relation: CTE with the columns product_code, usage_type, pricing_unit, instance_type, and, of products that AWS
    Marketplace bills, product_name and unit_in_words (null elsewhere). Give it distinct rows: patterns are slow.

    The grammar: `USE1-NovaPro-input-tokens`, `USE1-anthropic.claude-x-mantle-output-tokens-global-standard`,
    `USE1-Claude4.6Opus-cache-read-input-token-count-cross-region-global`, and through Marketplace
    `USE1-MP:USE1_CacheReadInputTokenCount_Global-Units`, where only the product's name tells the model.
-#}
{% macro classified_aws_usage_types(relation) %}
    select
        tokens_named.*,
        case
            when token_type is null then null
            when unit_in_words like '%million%' then 1000000
            when unit_in_words like '%thousand%' then 1000
            -- Marketplace counts models in units of a million tokens.
            when lower(pricing_unit) = 'units' then 1000000
            else {{ tokens_per_unit('pricing_unit') }}
        end as tokens_per_unit,
        case
            when not is_bedrock then null
            when meter like '%batch%' then 'batch'
            when meter like '%flex%' then 'flex'
            when meter like '%priority%' then 'priority'
            when meter like '%latency-optimized%' then 'latency-optimized'
            when meter like '%reserved%' then 'reserved'
            when token_type is not null then 'standard'
        end as service_tier,
        case when is_bedrock and meter like '%long-ctx%' then 'long' end as context_window,
        case when is_bedrock and meter like '%global%' then 'Global' end as inference_scope,
        case
            when token_type = 'embedding' then 'embeddings'
            when token_type like 'audio%' then 'audio'
            when token_type like 'image%' then 'images'
            when token_type is not null then 'text'
            when product_code = 'AmazonBedrockAgentCore' then 'agents'
            when is_bedrock and meter like '%guardrail%' then 'guardrails'
            when is_bedrock and meter like '%customization%' then 'training'
            when is_bedrock
                and (
                    meter like '%provisionedthroughput%' or meter like '%modelunit%' or meter like '%reserved%'
                    or meter like '%custommodelimport%'
                )
                then 'provisioned_capacity'
            when is_bedrock and (meter like '%agent%' or meter like '%flow%') then 'agents'
            when is_bedrock and meter like '%image%' then 'images'
            when product_code = 'AmazonSageMaker' and meter like '%train:%' then 'training'
            when product_code in ('AmazonSageMaker', 'AmazonEC2') and is_gpu_instance then 'gpu_compute'
            when product_code like 'AWSSupport%' or product_code = 'AWSDeveloperSupport' then 'support'
            when product_name is not null and not is_bedrock then 'marketplace'
            else 'other'
        end as usage_feature

    from (
        select
            models_named.*,
            -- The cache comes first, for its usage types say "input" too, and the modality before plain text.
            case
                when not is_bedrock or meter not like '%token%' or meter like '%customization%' then null
                when meter like '%cache-read%' or meter like '%cacheread%' then 'cached_input'
                when (meter like '%cache-write%' or meter like '%cachewrite%') and meter like '%1h%'
                    then 'cache_write_1h'
                when meter like '%cache-write%' or meter like '%cachewrite%' then 'cache_write'
                when meter like '%cache%' then null
                when meter like '%output%' and (meter like '%speech%' or meter like '%audio%') then 'audio_output'
                when meter like '%output%' and meter like '%image%' then 'image_output'
                when meter like '%output%' then 'output'
                when model like '%embed%' then 'embedding'
                when meter like '%input%' and (meter like '%speech%' or meter like '%audio%') then 'audio_input'
                when meter like '%input%' and meter like '%image%' then 'image_input'
                when meter like '%input%' then 'input'
            end as token_type

        from (
            select
                models_apart.*,
                lower(replace(trim(bill_model_name), ' ', '-')) as model,
                -- The rest of the usage type, so that a word in a model's name is not taken for a tier or a modality.
                lower(replace(
                    case
                        when is_bedrock and product_name is null and bill_model_name is not null
                            then substr(local_usage_type, length(bill_model_name) + 1)
                        else local_usage_type
                    end,
                    '_', '-'
                )) as meter,
                regexp_extract(instance_name, '^(ml[.])?(p|g|gr|trn|inf)[0-9]', 0) <> '' as is_gpu_instance

            from (
                select
                    regions_cut.*,
                    case
                        when is_bedrock and product_name is not null
                            then regexp_replace(product_name, ' *[(][^()]*Bedrock[^()]*[)] *$', '')
                        -- Guardrails, agents and provisioned capacity begin with their own name, not with a model's.
                        when is_bedrock and coalesce(product_code, '') <> 'AmazonBedrockAgentCore'
                            and local_usage_type not like 'Guardrail%'
                            and local_usage_type not like 'ProvisionedThroughput%'
                            then nullif(regexp_extract(
                                local_usage_type,
                                '^(.+?)-(mantle|cache|input|output|text|speech|audio|image|batch|flex|priority|latency|'
                                || 'cross|reserved|customization|created|search|ProvisionedThroughput|ModelUnits)',
                                1
                            ), '')
                    end as bill_model_name

                from (
                    select
                        {{ relation }}.*,
                        coalesce(
                            product_code in (
                                'AmazonBedrock', 'AmazonBedrockService', 'AmazonBedrockFoundationModels',
                                'AmazonBedrockAgentCore'
                            ),
                            false
                        )
                        or coalesce(lower(product_name) like '%bedrock%', false) as is_bedrock,
                        regexp_replace(coalesce(usage_type, ''), '^([A-Z]{3}[0-9]|EU|CPT)-', '') as local_usage_type,
                        coalesce(
                            instance_type, regexp_extract(usage_type, ':((ml[.])?[a-z0-9-]+[.][a-z0-9-]+)', 1), ''
                        ) as instance_name

                    from {{ relation }}
                ) as regions_cut
            ) as models_apart
        ) as models_named
    ) as tokens_named
{% endmacro %}
