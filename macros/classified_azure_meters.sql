{#-
    What an Azure meter says: which model and kind of token, how many tokens a unit is, tier, reach and feature.
    A SELECT body to put behind a CTE's name: every column of the relation, then model, token_type, tokens_per_unit,
    service_tier, context_window, inference_scope and usage_feature; what is not understood is null.

    relation: CTE with meter_category, meter_sub_category, meter_name, price_unit (the block that is priced, such as `1K` or
    `1M`), product_name and is_marketplace. Give it distinct rows: patterns are slow.

    A name is words in no fixed spelling: `gpt 4o 0513 Input global Tokens`, `gpt-4o-mini-0718-Outp-regnl Tokens`,
    `GPT 5.1 opt Gl 1M Tokens` (opt is output), `5.6 sol ShortCo Cd Inp Std Gl 1M Tokens` (Cd is cached; no maker). The model
    is what stands before the first word that says something else. Of a Marketplace line the product names the model. How many
    tokens a unit is, the price unit alone says: one month has meters in thousands and in millions.
-#}
{% macro classified_azure_meters(relation) %}
    {%- set stops = [
        'cached', 'cchd', 'cach', 'cache', 'cd', 'batch', 'input', 'inp', 'inpt', 'prompt', 'output', 'outp', 'opt',
        'completion', 'global', 'glbl', 'gl', 'regional', 'regnl', 'rgnl', 'dz', 'dzn', 'dzone', 'datazone',
        'data zone', 'std', 'standard', 'priority', 'flex', 'shortco', 'longco', 'tokens', 'token', 'ft', 'provisioned',
        'second', 'seconds', 'session', 'sessions', 'images', 'img', 'txt', 'hour', 'hours', '1k', '1m', 'training',
        'hosting', 'unit', 'units',
    ] -%}
    {%- set makers = ['deepseek', 'grok', 'llama', 'mistral', 'phi', 'cohere'] -%}
    select
        kinds_told.*,
        case
            when token_type is not null
                then cast(nullif(regexp_extract(upper(price_unit), '^ *([0-9]+) *[KM]?( TOKENS)? *$', 1), '') as {{ dbt.type_int() }})
                    * case regexp_extract(upper(price_unit), '^ *[0-9]+ *([KM]?)( TOKENS)? *$', 1)
                        when 'K' then 1000
                        when 'M' then 1000000
                        else 1
                    end
        end as tokens_per_unit,
        case
            when not is_model_meter then null
            when words like '% provisioned %' then 'provisioned'
            when words like '% batch %' then 'batch'
            when words like '% priority %' then 'priority'
            when words like '% flex %' then 'flex'
            when token_type is not null then 'standard'
        end as service_tier,
        case
            when not is_model_meter then null
            when words like '% longco %' or words like '% long context %' then 'long'
            when words like '% shortco %' or words like '% short context %' then 'short'
        end as context_window,
        case
            when not is_model_meter then null
            when words like '% glbl %' or words like '% gl %' or words like '% global %' then 'Global'
            when words like '% dz %' or words like '% dzn %' or words like '% dzone %' or words like '% datazone %'
                or words like '% data zone %'
                then 'DataZone'
            when words like '% regnl %' or words like '% rgnl %' or words like '% regional %' then 'Regional'
        end as inference_scope,
        case
            when not is_model_meter then 'other'
            when token_type = 'embedding' then 'embeddings'
            when token_type like 'audio%' then 'audio'
            when token_type like 'image%' then 'images'
            when token_type is not null then 'text'
            when words like '% provisioned %' then 'provisioned_capacity'
            when words like '% training %' or words like '% ft %' or words like '% hosting %' then 'training'
            when words like '% image%' or words like '% dall e %' then 'images'
            when words like '% sora %' then 'video'
            when words like '% code interpreter %' or words like '% file search %' or words like '% web search %' then 'tools'
            when words like '% whisper %' or words like '% tts %' or words like '% audio %' then 'audio'
            else 'other'
        end as usage_feature

    from (
        select
            models_named.*,
            case
                when not is_model_meter or words like '% provisioned %' or words like '% training %'
                    or words like '% hosting %' or words like '% session%'
                    then null
                when words not like '% token%' and not has_output and not has_input then null
                when words like '% cache write %' or words like '% cache creation %' then 'cache_write'
                when is_cached and has_audio then 'audio_cached_input'
                when is_cached then 'cached_input'
                when has_output and has_audio then 'audio_output'
                when has_output and words like '% img %' then 'image_output'
                when has_output then 'output'
                when words like '% embed%' then 'embedding'
                when has_input and has_audio then 'audio_input'
                when has_input and words like '% img %' then 'image_input'
                when has_input then 'input'
            end as token_type

        from (
            select
                words_told.*,
                words like '% cached %' or words like '% cchd %' or words like '% cach %' or words like '% cd %'
                or words like '% cache read %' or words like '% cache hit%' as is_cached,
                words like '% aud %' or words like '% audio %' as has_audio,
                words like '% outp %' or words like '% output %' or words like '% opt %' or words like '% completion %'
                    as has_output,
                words like '% inp %' or words like '% input %' or words like '% inpt %' or words like '% prompt %' as has_input,
                case
                    when not is_model_meter or bare_model = '' or bare_model like 'code interpreter%'
                        or bare_model like 'file search%' or bare_model like 'web search%'
                        then null
                    when regexp_extract(bare_model, '^[0-9]', 0) <> '' then 'gpt-' || replace(bare_model, ' ', '-')
                    {%- for maker in makers %}
                    when lower(meter_sub_category) like '%{{ maker }}%' and bare_model not like '%{{ maker }}%'
                        then '{{ maker }}-' || replace(bare_model, ' ', '-')
                    {%- endfor %}
                    else replace(bare_model, ' ', '-')
                end as model

            from (
                select
                    spelled.*,
                    -- `Image-Dall-E-3` and `Az-GPT-4` begin with a word that is not the model's.
                    trim(regexp_replace(
                        regexp_extract(words, '^(.*?) ({{ stops | join("|") }})( .*)?$', 1), '^ *(az |image |anthropic )', ''
                    )) as bare_model

                from (
                    select
                        named.*,
                        {{ spaced_words('name_in_words') }} as words,
                        coalesce(case
                            when is_marketplace
                                then lower(name_in_words) like '%claude%' or lower(name_in_words) like '%anthropic%'
                                {%- for maker in makers %}
                                or lower(name_in_words) like '%{{ maker }}%'
                                {%- endfor %}
                            else lower(meter_category) in (
                                'azure openai', 'azure openai service', 'foundry models', 'azure ai foundry',
                                'azure ai foundry models', 'azure foundry models'
                            )
                            or lower(meter_sub_category) like '%openai%'
                        end, false) as is_model_meter

                    from (
                        select
                            {{ relation }}.*,
                            coalesce(
                                case
                                    when is_marketplace
                                        then coalesce(product_name, '') || ' ' || coalesce(meter_name, '')
                                    else meter_name
                                end,
                                ''
                            ) as name_in_words

                        from {{ relation }}
                    ) as named
                ) as spelled
            ) as words_told
        ) as models_named
    ) as kinds_told
{% endmacro %}
