{% set platforms = ['azure', 'cost_explorer', 'github_copilot', 'openai', 'snowflake'] %}
{% for platform in platforms %}
select * from {{ ref('stg_' ~ platform ~ '__left_out_lines') }}
{% if not loop.last %}union all{% endif %}
{% endfor %}
