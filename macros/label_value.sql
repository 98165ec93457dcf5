{#- The value of a label `key=value` or `key:value`, trimmed: the text `true` of a label that has neither sign. -#}
{% macro label_value(label) -%}
    case
        when regexp_extract({{ label }}, '^([^=:]*)', 1) = {{ label }} then 'true'
        else trim(substr({{ label }}, length(regexp_extract({{ label }}, '^([^=:]*)', 1)) + 2))
    end
{%- endmacro %}
