{#- An aggregate: the sum of a measure of the given type, null where any row of the group has none. -#}
{% macro complete_sum(measure, type) -%}
    case when count({{ measure }}) = count(*) then cast(sum({{ measure }}) as {{ column_type(type) }}) end
{%- endmacro %}
