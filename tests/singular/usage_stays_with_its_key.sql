-- Per day and key the staged tokens are the tokens that the vendor's rows say: a driver that reaches another key's owner
-- leaves every total right and every split wrong.
with

sides as (
    select
        'openai' as platform,
        cast(cast(start_time as timestamp) as date) as usage_date,
        api_key_id,
        cast(input_tokens as decimal(38, 0)) + cast(output_tokens as decimal(38, 0)) as token_count

    from {{ source('openai', 'usage_completions') }}

    union all

    select
        'openai' as platform,
        cast(period_start as date) as usage_date,
        api_key_id,
        -cast(quantity as decimal(38, 0)) as token_count

    from {{ ref('stg_openai__usage') }}
    where token_type is not null and source_table = 'openai__usage_completions'

    union all

    select
        'anthropic' as platform,
        cast(cast(starting_at as timestamp) as date) as usage_date,
        api_key_id,
        cast(uncached_input_tokens as decimal(38, 0))
        + coalesce(cast(cache_read_input_tokens as decimal(38, 0)), 0)
        + coalesce(cast(cache_creation_5m_input_tokens as decimal(38, 0)), 0)
        + coalesce(cast(cache_creation_1h_input_tokens as decimal(38, 0)), 0)
        + cast(output_tokens as decimal(38, 0)) as token_count

    from {{ source('anthropic', 'usage_report_messages') }}

    union all

    select
        'anthropic' as platform,
        cast(period_start as date) as usage_date,
        api_key_id,
        -cast(quantity as decimal(38, 0)) as token_count

    from {{ ref('stg_anthropic__usage') }}
    where token_type is not null and source_table = 'anthropic__usage_report_messages'

    union all

    select
        platform,
        cast(cast(period_start as timestamp) as date) as usage_date,
        identity_id as api_key_id,
        cast(cast(quantity as decimal(38, 10)) as decimal(38, 0)) as token_count

    from {{ source('usage', 'usage') }}
    where identity_type = 'api_key' and metric like '%^_tokens' escape '^'

    union all

    select
        platform,
        cast(period_start as date) as usage_date,
        api_key_id,
        -cast(quantity as decimal(38, 0)) as token_count

    from {{ ref('stg_usage__usage') }}
    where api_key_id is not null and token_type is not null
)

select
    platform,
    usage_date,
    api_key_id,
    sum(token_count) as difference

from sides
group by
    platform,
    usage_date,
    api_key_id
having sum(token_count) <> 0
