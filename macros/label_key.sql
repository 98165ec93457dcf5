{#- The key of a label `key=value` or `key:value`, trimmed: all of a label that has neither sign. -#}
{% macro label_key(label) -%}
    trim(regexp_extract({{ label }}, '^([^=:]*)', 1))
{%- endmacro %}
