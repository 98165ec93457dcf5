{#- A table, not a view: the patterns run once per distinct SKU, however often the bill is read. -#}
{{ config(materialized='table') }}

with

lines as (
    select * from {{ ref('stg_gcp__lines') }}
),

distinct_skus as (
    select
        sku_key,
        max(service_name) as service_name,
        max(sku) as sku,
        lower(coalesce(max(sku), '')) as words,
        lower(coalesce(max(usage_unit), '')) as unit,
        -- The id stays when the service is renamed, as Vertex AI was.
        coalesce(max(service_id) = 'C7E2-9256-1C43', false)
        or regexp_extract(
            lower(coalesce(max(service_name), '')),
            '(vertex ai|gemini|generative language|agent platform|ai platform|discovery engine|claude|mistral|llama)',
            1
        ) <> '' as is_ai

    from lines
    group by sku_key
),

-- Two grammars: `Gemini 2.5 Flash GA Thinking Text Output - Predictions`, and the Gemini API's
-- `Generate content cached input token count gemini 2.5 flash short text`, where words after the count name no direction.
directed as (
    select
        distinct_skus.*,
        case
            when words like '%token count%' then regexp_extract(words, '(input|output) token count', 1)
            else regexp_extract(words, '(^|[^a-z])(input|output)', 2)
        end as direction,
        coalesce(
            nullif(regexp_extract(words, '(text|audio|image|video)( cached)? (input|output)', 1), ''),
            nullif(regexp_extract(words, '(input|output) (text|audio|image|video)', 2), ''),
            'text'
        ) as modality,
        -- Models before Gemini 2 and the older embeddings are priced by the character, their pictures and sounds by others.
        regexp_extract(words, '(gemini 1[.][05]|bison|gecko|text embedding|codey|unicorn)', 1) <> ''
        or unit in ('character', 'characters') as is_older_model,
        case
            when words like '%token count%'
                then regexp_replace(
                    regexp_extract(words, 'token count (for )?(.+)$', 2),
                    ' (short|long|input|output|text|audio|non-thinking|thinking|priority|flex|batch)( .*)?$', ''
                )
            else regexp_extract(
                words,
                '^(anthropic |vertex ai: )?(.+?) (- )?(ga|global|regional|thinking|text|audio|image|video|batch|caching|cached|'
                || 'cache|prompt|input|output|characters)( |$)',
                2
            )
        end as model_words

    from distinct_skus
),

metered as (
    select
        directed.*,
        case
            when not is_ai or unit not in ('count', 'token', 'tokens', 'character', 'characters', '') then null
            when regexp_extract(
                words, '(storage|grounding|search quer|veo|imagen|lyria|generation|provisioned throughput|tuning|training)', 1
            ) <> '' then null
            when direction = '' and words not like '%embedding%' and words not like '%cache%' then null
            when is_older_model and modality <> 'text' then null
            when is_older_model then 'characters'
            else 'tokens'
        end as metered_in

    from directed
),

understood as (
    select
        metered.*,
        -- The cache comes first: its SKUs say "input" too.
        case
            when metered_in is null or metered_in <> 'tokens' then null
            when words like '%embedding%' then 'embedding'
            when regexp_extract(words, '(cache|caching) writ', 1) <> '' and regexp_extract(words, '(1h|1 hour|1-hour)', 1) <> ''
                then 'cache_write_1h'
            when regexp_extract(words, '(cache|caching) writ', 1) <> '' then 'cache_write'
            when words like '%cach%' and modality = 'audio' then 'audio_cached_input'
            when words like '%cach%' then 'cached_input'
            when direction = 'output' and modality = 'audio' then 'audio_output'
            when direction = 'output' and modality = 'image' then 'image_output'
            when direction = 'output' then 'output'
            when modality = 'audio' then 'audio_input'
            when modality = 'image' then 'image_input'
            else 'input'
        end as token_type,
        case
            when metered_in is not null
                then replace(
                    trim(model_words)
                    -- `Flash Image Text Output`: the model makes images, the output is text.
                    || case when regexp_extract(words, ' image (text|audio|image|video) ', 1) <> '' then ' image' else '' end,
                    ' ', '-'
                )
        end as model

    from metered
),

categorised as (
    select
        sku_key,
        nullif(replace(model, '-3.0-', '-3-'), '') as model,
        token_type,
        metered_in,
        case
            when metered_in is null then null
            when words like '%batch%' then 'batch'
            when words like '%flex%' then 'flex'
            when words like '%priority%' then 'priority'
            else 'standard'
        end as service_tier,
        case
            when metered_in is not null
                and (words like '%(long)%' or regexp_extract(words, 'token count .* (long)( |$)', 1) <> '')
                then 'long'
        end as context_window,
        case
            when words like 'commitment%' then 'commitment'
            when token_type = 'embedding' or (is_ai and words like '%embedding%') then 'embeddings'
            when token_type like 'audio%' then 'audio'
            when token_type like 'image%' then 'images'
            when metered_in is not null then 'text'
            when is_ai and words like '%provisioned throughput%' then 'provisioned_capacity'
            when is_ai and words like '%cach%storage%' then 'cache_storage'
            when is_ai and (words like '%grounding%' or words like '%search quer%') then 'web_search'
            when is_ai and words like '%veo%' then 'video'
            when is_ai and (words like '%imagen%' or words like '%image%') then 'images'
            when is_ai and words like '%lyria%' then 'audio'
            when is_ai and (words like '%tuning%' or words like '%training%') then 'training'
            when is_ai and (words like '%agent%' or words like '%reasoning engine%') then 'agents'
            when regexp_extract(words, '(gpu|nvidia|tpu)', 1) <> '' then 'gpu_compute'
            when lower(service_name) like '%support%' then 'support'
            else 'other'
        end as usage_feature,
        case
            when is_ai then 'AI and Machine Learning'
            when service_name = 'Compute Engine' then 'Compute'
            when service_name = 'BigQuery' then 'Analytics'
            when service_name = 'Cloud Storage' then 'Storage'
            when lower(service_name) like '%support%' then 'Management and Governance'
            else 'Other'
        end as service_category,
        case
            when is_ai then 'Generative AI'
            when service_name = 'Compute Engine' then 'Virtual Machines'
            when service_name = 'BigQuery' then 'Analytics Platforms'
            when service_name = 'Cloud Storage' then 'Object Storage'
            when lower(service_name) like '%support%' then 'Support'
            else 'Other (Other)'
        end as service_subcategory

    from understood
)

select * from categorised
