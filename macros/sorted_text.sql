{#- An aggregate: the group's texts in byte order, joined by a separator; nulls left out. -#}
{% macro sorted_text(expression, separator) -%}
    {{ return(adapter.dispatch('sorted_text', 'chargeback')(expression, separator)) }}
{%- endmacro %}

{% macro duckdb__sorted_text(expression, separator) -%}
    string_agg({{ expression }}, {{ separator }} order by {{ expression }} nulls last)
{%- endmacro %}

{% macro spark__sorted_text(expression, separator) -%}
    array_join(sort_array(collect_list({{ expression }})), {{ separator }})
{%- endmacro %}
