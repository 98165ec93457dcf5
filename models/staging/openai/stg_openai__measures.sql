{#-
    Which column of which endpoint counts what. Model calls behind a tool call are in the completions endpoint already,
    so only the tool's own count is taken. `lacks`: grouping columns that the endpoint does not offer.
-#}
{% set measures = [
    {'table': 'usage_embeddings', 'column': 'input_tokens', 'metric': 'embedding_tokens', 'feature': 'embeddings'},
    {'table': 'usage_embeddings', 'column': 'num_model_requests', 'metric': 'requests', 'feature': 'embeddings'},
    {'table': 'usage_moderations', 'column': 'input_tokens', 'metric': 'input_tokens', 'feature': 'moderation'},
    {'table': 'usage_moderations', 'column': 'num_model_requests', 'metric': 'requests', 'feature': 'moderation'},
    {'table': 'usage_images', 'column': 'images', 'metric': 'images', 'feature': 'images'},
    {'table': 'usage_images', 'column': 'num_model_requests', 'metric': 'requests', 'feature': 'images'},
    {'table': 'usage_audio_speeches', 'column': 'characters', 'metric': 'characters', 'feature': 'audio'},
    {'table': 'usage_audio_speeches', 'column': 'num_model_requests', 'metric': 'requests', 'feature': 'audio'},
    {'table': 'usage_audio_transcriptions', 'column': 'seconds', 'metric': 'audio_seconds', 'feature': 'audio'},
    {'table': 'usage_audio_transcriptions', 'column': 'num_model_requests', 'metric': 'requests', 'feature': 'audio'},
    {'table': 'usage_vector_stores', 'column': 'usage_bytes', 'metric': 'storage_byte_hours',
     'feature': 'vector_storage', 'lacks': ['api_key_id', 'user_id', 'model']},
    {'table': 'usage_code_interpreter_sessions', 'column': 'num_sessions', 'metric': 'tool_sessions',
     'feature': 'code_execution', 'lacks': ['api_key_id', 'user_id', 'model']},
    {'table': 'usage_file_search_calls', 'column': 'num_requests', 'metric': 'tool_sessions',
     'feature': 'file_search', 'lacks': ['model'], 'resource': 'vector_store_id'},
    {'table': 'usage_web_search_calls', 'column': 'num_requests', 'metric': 'tool_sessions',
     'feature': 'web_search'},
] %}

with

counted as (
    {% for measure in measures %}
    select
        _row_id,
        _delivery_id,
        'openai__{{ measure.table }}' as source_table,
        cast(start_time as {{ dbt.type_timestamp() }}) as period_start,
        cast(end_time as {{ dbt.type_timestamp() }}) as period_end,
        '{{ measure.metric }}' as metric,
        '{{ measure.feature }}' as feature,
        cast({{ measure.column }} as {{ column_type('quantity') }}) as counted,
        {% for column in ['model', 'api_key_id', 'user_id'] %}
        {{ column if column not in measure.get('lacks', []) else 'cast(null as ' ~ dbt.type_string() ~ ')' }}
            as {{ column }},
        {% endfor %}
        project_id,
        {{ measure.get('resource', 'cast(null as ' ~ dbt.type_string() ~ ')') }} as resource_id

    from {{ source('openai', measure.table) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- Stored bytes are a level: they count for as long as the bucket is. Whole byte-hours, rounded down.
measured as (
    select
        counted.*,
        case
            when metric = 'storage_byte_hours' then {{ int_div(
                'cast(counted as decimal(38, 0)) * ' ~ dbt.datediff('period_start', 'period_end', 'second'), '3600'
            ) }}
            else counted
        end as quantity

    from counted
)

select * from measured
where quantity > 0
