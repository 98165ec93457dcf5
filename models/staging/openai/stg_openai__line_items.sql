-- The vendor publishes no grammar of line items, and its wording has changed: `gpt-4o-2024-08-06, cached input`,
-- `gpt-6-astra, input_tokens`, `file search tool calls`. What is not understood stays null, never guessed.
with

costs as (
    select * from {{ ref('stg_openai__cost_records') }}
),

worded as (
    select
        costs.*,
        lower(trim(line_item)) as wording,
        case
            when instr(line_item, ',') > 0
                then lower(trim(substr(line_item, 1, instr(line_item, ',') - 1)))
            else lower(trim(line_item))
        end as head,
        case
            when instr(line_item, ',') > 0
                then trim(regexp_replace(
                    replace(lower(trim(substr(line_item, instr(line_item, ',') + 1))), '_', ' '), ' tokens?$', ''
                ))
        end as tail

    from costs
),

-- A head in one word before a comma is a model; alone it is one only if it looks like one (`whisper-1`).
named as (
    select
        worded.*,
        case
            when instr(head, ' ') > 0 then null
            when tail is not null then head
            when instr(head, '-') > 0 and regexp_extract(head, '[0-9]', 0) <> '' then head
            when head like '%-moderation-%' then head
        end as model,
        case
            when head like 'text-embedding%' and coalesce(tail, 'input') = 'input' then 'embedding'
            when tail in ('input', 'text input', 'uncached input', 'input text', 'input uncached') then 'input'
            when tail in ('cached input', 'cached text input', 'input cached', 'input cached text', 'cache read')
                then 'cached_input'
            when tail in ('cached image input', 'input cached image') then 'cached_input'
            when tail in ('cache write', 'input cache write', 'cache write input') then 'cache_write'
            when tail in ('cache write 30m', 'input cache write 30m') then 'cache_write'
            when tail in ('cache write 12h', 'input cache write 12h') then 'cache_write_1h'
            when tail in ('output', 'text output', 'output text', 'reasoning', 'reasoning output') then 'output'
            when tail in ('audio input', 'input audio') then 'audio_input'
            when tail in ('cached audio input', 'audio cached input', 'input cached audio') then 'audio_cached_input'
            when tail in ('audio output', 'output audio') then 'audio_output'
            when tail in ('image input', 'input image') then 'image_input'
            when tail in ('image output', 'output image') then 'image_output'
        end as token_type

    from worded
),

-- Order matters: storage before search (`file search storage`), modality before plain text.
understood as (
    select
        named.*,
        case
            when wording like '%scale tier%' or wording like '%reserved capacity%' then 'commitment'
            when wording like '%credit%' then 'credit'
            when wording like 'tax%' or wording like 'vat%' or wording like '% tax' then 'tax'
            when wording like '%training%' or wording like '%fine-tuning%' then 'training'
            when wording like '%vector store%' or wording like '%file search storage%'
                or quantity_unit = 'gibibyte_hours' then 'vector_storage'
            when wording like '%file search%' then 'file_search'
            when wording like '%web search%' then 'web_search'
            when wording like '%code interpreter%' then 'code_execution'
            when wording like '%moderation%' then 'moderation'
            when wording like '%embedding%' then 'embeddings'
            when token_type like 'audio%' or head like 'whisper%' or head like 'tts%'
                or head like '%-transcribe%' or head like '%-tts%' then 'audio'
            when token_type like 'image%' or head like 'dall-e%' or head like 'gpt-image%'
                or quantity_unit = 'images' then 'images'
            when token_type is not null then 'text'
        end as feature

    from named
)

select
    _row_id,
    _delivery_id,
    _file,
    _row,
    source_table,
    start_time,
    end_time,
    line_item,
    model,
    token_type,
    feature,
    quantity,
    quantity_unit,
    amount_value,
    amount_currency,
    organization_id,
    organization_name,
    project_id,
    project_name,
    api_key_id,
    user_id

from understood
