{#-
    A member of a JSON object held as text, as text: a string without its quotes, a number or `true` as written, an
    object or list as JSON; null where the member is missing or a JSON null, or where the text itself is null.

    path: member name, or names joined by dots for members of members; letters, digits and underscores only.
    The text must be valid JSON, which the landing checks for columns of type json.
-#}
{% macro json_text(column, path) -%}
    {{ return(adapter.dispatch('json_text', 'chargeback')(column, path)) }}
{%- endmacro %}

{% macro default__json_text(column, path) -%}
    get_json_object({{ column }}, '$.{{ path }}')
{%- endmacro %}

{% macro duckdb__json_text(column, path) -%}
    json_extract_string({{ column }}, '$.{{ path }}')
{%- endmacro %}
