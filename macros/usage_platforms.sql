{#- The sources that carry metered usage, on their own or beside a bill. -#}
{% macro usage_platforms() %}
    {{ return([
        'openai',
        'anthropic',
        'aws',
        'azure',
        'gcp',
        'snowflake',
        'databricks',
        'focus',
        'kubernetes',
        'slurm',
        'openrouter',
        'langfuse',
        'otel',
        'litellm',
        'github_copilot',
        'chatgpt',
        'm365_copilot',
        'usage',
    ]) }}
{% endmacro %}
