{#-
    A column that a company may leave out of a register, as trimmed text: a typed null where its file lacks the column.
    Looks at the relation's own columns; while dbt only parses there is nothing to look at, and the column is null.
-#}
{% macro register_column(relation, name) -%}
    {%- set columns = adapter.get_columns_in_relation(relation) | map(attribute='name') | map('lower') | list
        if execute else [] -%}
    {{ trimmed(name) if name in columns else 'cast(null as ' ~ dbt.type_string() ~ ')' }}
{%- endmacro %}
