with

credits as (
    select * from {{ source('chatgpt', 'credits') }}
),

tariffs as (
    select * from {{ ref('stg_registers__tariffs') }}
    where platform = 'chatgpt' and lower(sku) = 'credit'
),

-- `api.codex_fast_gpt_5_5_2026_04_23_text_cached_input_v_1`: how it ran, the model, then the kind of token.
worded as (
    select
        credits.*,
        lower(trim(usage_type)) as wording,
        nullif(
            regexp_extract(lower(usage_type), '((gpt|o[0-9])_[a-z0-9_]*?)_(text|audio|image)_', 1), ''
        ) as model_words,
        nullif(
            regexp_extract(lower(usage_type), '_((text|audio|image)_(cached_)?(input|output))', 1), ''
        ) as token_words

    from credits
),

-- Two tariffs in force at once (in two currencies) would count a credit twice: the later one, then the lower code.
tariffed as (
    select
        worded.*,
        cast(worded.date_partition as date) as used_date,
        cast(worded.usage_credits as {{ column_type('money') }}) as credit_count,
        tariffs.price,
        tariffs.per_units,
        tariffs.currency,
        row_number() over (
            partition by worded._row_id
            order by tariffs.valid_from desc nulls last, tariffs.currency asc nulls last
        ) as preference

    from worded
    left join tariffs
        on cast(worded.date_partition as timestamp) >= tariffs.valid_from
            and cast(worded.date_partition as timestamp) < tariffs.valid_to
),

priced as (
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        account_id,
        coalesce(email, public_id, account_user_id) as user_id,
        usage_type,
        replace(model_words, '_', '-') as model,
        case token_words
            when 'text_input' then 'input'
            when 'text_cached_input' then 'cached_input'
            when 'text_output' then 'output'
            when 'audio_input' then 'audio_input'
            when 'audio_cached_input' then 'audio_cached_input'
            when 'audio_output' then 'audio_output'
            when 'image_input' then 'image_input'
            when 'image_cached_input' then 'cached_input'
            when 'image_output' then 'image_output'
        end as token_type,
        case
            when wording like '%codex%' then 'code_assistant'
            when wording like '%agent%' or wording like '%deep^_research%' escape '^' then 'agents'
            when wording like '%image%' then 'images'
            when wording like '%audio%' or wording like '%voice%' then 'audio'
            else 'chat'
        end as feature,
        currency,
        lower(usage_units) as usage_units,
        cast(usage_quantity as {{ column_type('quantity') }}) as usage_quantity,
        credit_count,
        coalesce({{ tariff_cost('price', 'per_units', 'credit_count') }}, 0) as credit_cost,
        price is not null as is_priced,
        used_date

    from tariffed
    where preference = 1
)

select * from priced
