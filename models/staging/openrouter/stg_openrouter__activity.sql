with

activity as (
    select * from {{ source('openrouter', 'activity') }}
),

typed as (
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        lower(coalesce(model, model_permaslug)) as model,
        provider_name,
        cast(usage as {{ column_type('money') }}) as usage_cost,
        cast(byok_usage as {{ column_type('money') }}) as byok_cost,
        cast(coalesce(requests, '0') as decimal(38, 0)) as requests,
        cast(coalesce(prompt_tokens, '0') as decimal(38, 0)) as input_tokens,
        -- Reasoning is inside of it.
        cast(coalesce(completion_tokens, '0') as decimal(38, 0)) as output_tokens,
        cast(date as {{ dbt.type_timestamp() }}) as day_start,
        {{ add_days('cast(date as ' ~ dbt.type_timestamp() ~ ')', 1) }} as day_end

    from activity
)

select * from typed
