{#-
    A register's match pattern as a LIKE pattern with `^` as its escape: `*` stands for any text, everything
    else for itself, lower case on both sides. Use as `lower(value) like <this> escape '^'`.
-#}
{% macro like_pattern(pattern) -%}
    replace(replace(replace(replace(lower(trim({{ pattern }})), '^', '^^'), '%', '^%'), '_', '^_'), '*', '%')
{%- endmacro %}
