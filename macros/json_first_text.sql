{#- The first item of a JSON list held as text, as text; null where there is none. The text must be valid JSON. -#}
{% macro json_first_text(column) -%}
    {{ return(adapter.dispatch('json_first_text', 'chargeback')(column)) }}
{%- endmacro %}

{% macro default__json_first_text(column) -%}
    get_json_object({{ column }}, '$[0]')
{%- endmacro %}

{% macro duckdb__json_first_text(column) -%}
    json_extract_string({{ column }}, '$[0]')
{%- endmacro %}
