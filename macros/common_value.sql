{#- An aggregate: the value that all rows of the group share; null where they differ or any has none. -#}
{% macro common_value(expression) -%}
    case
        when count({{ expression }}) = count(*) and min({{ expression }}) = max({{ expression }}) then min({{ expression }})
    end
{%- endmacro %}
