{#-
    Write out a canonical column list from a CTE that fills part of it: a filled column is cast to its
    type, every other is a typed null. The union of the platforms then cannot disagree on order or type.

    relation: name of a CTE; filled: names it carries; columns: list of (name, type).
    Raises a compiler error for a filled name that is not in the list, so that a misspelt column cannot
    become a silent null.
-#}
{% macro select_columns(relation, filled, columns) %}
    {%- set known = columns | map('first') | list -%}
    {%- for name in filled if name not in known -%}
        {{ exceptions.raise_compiler_error("select_columns: '" ~ name ~ "' is not a canonical column") }}
    {%- endfor -%}
    select
        {%- for name, type in columns %}
        cast({{ relation ~ '.' ~ name if name in filled else 'null' }} as {{ column_type(type) }}) as {{ name }}
        {{- "," if not loop.last }}
        {%- endfor %}

    from {{ relation }}
{% endmacro %}

{% macro select_charges(relation, filled) %}{{ select_columns(relation, filled, charge_columns()) }}{% endmacro %}

{% macro select_usage(relation, filled) %}{{ select_columns(relation, filled, usage_columns()) }}{% endmacro %}
