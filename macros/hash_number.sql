{#-
    A whole number below 2^60 from the hash of a row's columns. Its sum over rows does not depend on their order, and
    tells two sets of rows apart; the same on every engine, and in every version of one.
-#}
{% macro hash_number(columns) -%}
    {{ return(adapter.dispatch('hash_number', 'chargeback')(columns)) }}
{%- endmacro %}

{% macro duckdb__hash_number(columns) -%}
    cast('0x' || substr({{ hash_key(columns) }}, 1, 15) as bigint)
{%- endmacro %}

{% macro spark__hash_number(columns) -%}
    cast(conv(substr({{ hash_key(columns) }}, 1, 15), 16, 10) as bigint)
{%- endmacro %}
