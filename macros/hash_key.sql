{#- A row's surrogate key: 32 hex digits over the given columns, in order; a null differs from an empty text. -#}
{% macro hash_key(columns) -%}
    md5(concat_ws(
        chr(31)
        {%- for column in columns %},
        coalesce(cast({{ column }} as {{ dbt.type_string() }}), chr(30))
        {%- endfor %}
    ))
{%- endmacro %}
