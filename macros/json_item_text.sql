{#-
    An item of a JSON list held as text, or a member of such an item, as text; null where there is none.

    position: from 0. member: name of a member of the item; letters, digits and underscores only. The text must be valid JSON.
-#}
{% macro json_item_text(column, position, member=none) -%}
    {{ return(adapter.dispatch('json_item_text', 'chargeback')(column, position, member)) }}
{%- endmacro %}

{% macro default__json_item_text(column, position, member=none) -%}
    get_json_object({{ column }}, '$[{{ position }}]{{ '.' ~ member if member else '' }}')
{%- endmacro %}

{% macro duckdb__json_item_text(column, position, member=none) -%}
    json_extract_string({{ column }}, '$[{{ position }}]{{ '.' ~ member if member else '' }}')
{%- endmacro %}
