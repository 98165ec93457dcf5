{#- A JSON object of one member, as text; null where key or value is null. -#}
{% macro json_object_text(key, value) -%}
    {{ return(adapter.dispatch('json_object_text', 'chargeback')(key, value)) }}
{%- endmacro %}

{% macro default__json_object_text(key, value) -%}
    case when {{ key }} is not null and {{ value }} is not null then to_json(map({{ key }}, {{ value }})) end
{%- endmacro %}

{% macro duckdb__json_object_text(key, value) -%}
    case
        when {{ key }} is not null and {{ value }} is not null
            then cast(json_object({{ key }}, {{ value }}) as {{ dbt.type_string() }})
    end
{%- endmacro %}
