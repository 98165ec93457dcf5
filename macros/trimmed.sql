{#- A text column without the spaces around it; null where nothing is left. -#}
{% macro trimmed(column) -%}
    nullif(trim({{ column }}), '')
{%- endmacro %}
