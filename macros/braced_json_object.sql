{#-
    The members of a JSON object, with braces or without them, as a valid JSON object held as text: Azure's Enterprise files
    leave the braces out. Null where the text is null, holds nothing, or is no JSON even so.
-#}
{% macro braced_json_object(column) -%}
    {{ return(adapter.dispatch('braced_json_object', 'chargeback')(column)) }}
{%- endmacro %}

{% macro duckdb__braced_json_object(column) -%}
    {%- set braced -%}
        case when trim({{ column }}) like chr(123) || chr(37) then trim({{ column }}) else '{' || trim({{ column }}) || '}' end
    {%- endset -%}
    case when json_valid({{ braced }}) then nullif({{ braced }}, '{}') end
{%- endmacro %}

{% macro spark__braced_json_object(column) -%}
    {%- set braced -%}
        case when trim({{ column }}) like chr(123) || chr(37) then trim({{ column }}) else concat('{', trim({{ column }}), '}') end
    {%- endset -%}
    case when from_json({{ braced }}, 'map<string,string>') is not null then nullif({{ braced }}, '{}') end
{%- endmacro %}
