{#- The platforms that sell seats and list who holds them, each with a `stg_<platform>__seat_months`. -#}
{% macro seat_platforms() %}
    {{ return([
        'github_copilot',
        'chatgpt',
        'm365_copilot',
    ]) }}
{% endmacro %}
