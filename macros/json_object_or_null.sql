{#- A text that is a JSON object, as it is; null for any other text. -#}
{% macro json_object_or_null(column) -%}
    {{ return(adapter.dispatch('json_object_or_null', 'chargeback')(column)) }}
{%- endmacro %}

{% macro duckdb__json_object_or_null(column) -%}
    case when json_valid({{ column }}) then case when json_type({{ column }}) = 'OBJECT' then {{ column }} end end
{%- endmacro %}

{% macro spark__json_object_or_null(column) -%}
    case when substr({{ column }}, 1, 1) = '{' and get_json_object({{ column }}, '$') is not null then {{ column }} end
{%- endmacro %}
