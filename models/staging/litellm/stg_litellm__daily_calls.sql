-- One row per row of the daily table that counts: the teams' for a day that has it, else the users', else the tags'. They tell
-- of the same calls, and of the tags' each call is in as many rows as it has tags.
with

team_rows as (
    select * from {{ source('litellm', 'daily_team_spend') }}
),

user_rows as (
    select * from {{ source('litellm', 'daily_user_spend') }}
),

tag_rows as (
    select * from {{ source('litellm', 'daily_tag_spend') }}
),

{% set shared = [
    '_row_id', '_delivery_id', 'date', 'api_key', 'model', 'model_group', 'custom_llm_provider', 'endpoint',
    'prompt_tokens', 'completion_tokens', 'cache_read_input_tokens', 'cache_creation_input_tokens', 'spend',
    'api_requests', 'successful_requests',
] %}

unioned as (
    select
        {{ shared | join(', ') }},
        'litellm__daily_team_spend' as source_table,
        1 as place,
        team_id,
        cast(null as {{ dbt.type_string() }}) as user_id,
        cast(null as {{ dbt.type_string() }}) as tag

    from team_rows

    union all

    select
        {{ shared | join(', ') }},
        'litellm__daily_user_spend' as source_table,
        2 as place,
        cast(null as {{ dbt.type_string() }}) as team_id,
        user_id,
        cast(null as {{ dbt.type_string() }}) as tag

    from user_rows

    union all

    select
        {{ shared | join(', ') }},
        'litellm__daily_tag_spend' as source_table,
        3 as place,
        cast(null as {{ dbt.type_string() }}) as team_id,
        cast(null as {{ dbt.type_string() }}) as user_id,
        tag

    from tag_rows
),

-- A day is one of the gateway's whole log, so the best table of the day is that of all its rows.
placed as (
    select
        unioned.*,
        min(place) over (partition by date) as best_place

    from unioned
),

counting as (
    select
        placed.*,
        coalesce(cast(spend as decimal(38, 10)), 0) as logged_cost,
        case when tag is not null then '["' || replace(replace(tag, '\\', ''), '"', '') || '"]' end as tag_list,
        cast(coalesce(successful_requests, api_requests, '0') as decimal(38, 0)) as answered_count,
        cast(coalesce(prompt_tokens, '0') as decimal(38, 0)) as input_total,
        cast(coalesce(completion_tokens, '0') as decimal(38, 0)) as output_total,
        cast(cache_read_input_tokens as decimal(38, 0)) as cached_total,
        cast(cache_creation_input_tokens as decimal(38, 0)) as cache_write_total,
        cast(0 as decimal(38, 0)) as cache_write_long,
        cast(0 as decimal(38, 0)) as audio_uncached,
        cast(0 as decimal(38, 0)) as audio_cached,
        cast(0 as decimal(38, 0)) as image_uncached,
        cast(0 as decimal(38, 0)) as audio_output,
        cast(0 as decimal(38, 0)) as image_output

    from placed
    where place = best_place
),

exclusive as (
    {{ exclusive_token_counts('counting') }}
)

select
    _row_id,
    _delivery_id,
    source_table,
    date,
    api_key,
    team_id,
    user_id,
    {{ tags_from_labels('tag_list') }} as tags,
    coalesce(model, model_group) as served_model,
    custom_llm_provider,
    case when endpoint like '%embedding%' then 'embeddings' else 'text' end as feature,
    logged_cost,
    -- A cost without an answered call still has to stand on a row of calls.
    case when answered_count = 0 and logged_cost <> 0 then 1 else answered_count end as requests,
    case when endpoint like '%embedding%' then input_tokens else 0 end as embedding_tokens,
    case when endpoint like '%embedding%' then 0 else input_tokens end as input_tokens,
    cached_input_tokens,
    cache_write_tokens,
    cache_write_1h_tokens,
    output_tokens,
    audio_input_tokens,
    audio_cached_input_tokens,
    audio_output_tokens,
    image_input_tokens,
    image_output_tokens

from exclusive
