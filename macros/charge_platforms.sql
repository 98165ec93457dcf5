{#- The platforms whose exports carry charges; a platform joins the bill by one word here. -#}
{% macro charge_platforms() %}
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
        'github_copilot',
        'chatgpt',
        'm365_copilot',
        'cost_explorer',
        'cost_tools',
        'openrouter',
    ]) }}
{% endmacro %}
