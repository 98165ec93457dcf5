with

cost_records as (
    select * from {{ ref('stg_anthropic__cost_records') }}
),

-- Model, kind and token type come parsed only where the request grouped by description; a description that came without
-- them (`Claude Sonnet 4 Usage - Input Tokens`) is read here.
worded as (
    select
        cost_records.*,
        lower(trim(description)) as wording,
        case
            when instr(lower(description), ' usage - ') > 0
                then trim(substr(lower(description), 1, instr(lower(description), ' usage - ') - 1))
        end as described_model,
        case
            when instr(lower(description), ' usage - ') > 0
                then trim(substr(lower(description), instr(lower(description), ' usage - ') + 9))
        end as described_tokens

    from cost_records
),

typed as (
    select
        worded.*,
        lower(coalesce(model, replace(replace(described_model, ' ', '-'), '.', '-'))) as model_id,
        coalesce(
            cost_type,
            case
                when described_tokens like '%tokens%' or described_tokens like 'cache%' then 'tokens'
                when wording like '%web search%' then 'web_search'
                when wording like '%code execution%' then 'code_execution'
                when wording like '%session%' then 'session_usage'
            end
        ) as kind,
        coalesce(
            token_type,
            case
                when described_tokens like '%cache%' and described_tokens like '%write%'
                    and (described_tokens like '%1h%' or described_tokens like '%1 hour%')
                    then 'cache_creation.ephemeral_1h_input_tokens'
                when described_tokens like '%cache%' and described_tokens like '%write%'
                    then 'cache_creation.ephemeral_5m_input_tokens'
                when described_tokens like '%cache%' and (described_tokens like '%read%' or described_tokens like '%hit%')
                    then 'cache_read_input_tokens'
                when described_tokens like '%output tokens%' then 'output_tokens'
                when described_tokens like '%input tokens%' then 'uncached_input_tokens'
            end
        ) as vendor_token_type

    from worded
),

understood as (
    select
        typed.*,
        case vendor_token_type
            when 'uncached_input_tokens' then 'input'
            when 'cache_read_input_tokens' then 'cached_input'
            when 'cache_creation.ephemeral_5m_input_tokens' then 'cache_write'
            when 'cache_creation.ephemeral_1h_input_tokens' then 'cache_write_1h'
            when 'output_tokens' then 'output'
        end as canonical_token_type,
        case kind
            when 'tokens' then 'text'
            when 'web_search' then 'web_search'
            when 'code_execution' then 'code_execution'
            when 'session_usage' then 'agents'
        end as feature

    from typed
)

select
    _row_id,
    _delivery_id,
    _file,
    _row,
    source_table,
    starting_at,
    ending_at,
    amount,
    list_amount,
    currency,
    description,
    workspace_id,
    kind,
    model_id,
    canonical_token_type,
    feature,
    service_tier,
    context_window,
    inference_geo,
    api_key_id,
    service_account_id,
    user_id,
    names_keys

from understood
