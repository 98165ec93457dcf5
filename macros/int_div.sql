{#-
    Exact whole quotient of two non-negative whole numbers, rounded down. The divisor must not be 0.
    Division of decimals yields a float on DuckDB and a rounded decimal on Spark, hence the dispatch.
-#}
{% macro int_div(dividend, divisor) -%}
    {{ return(adapter.dispatch('int_div', 'chargeback')(dividend, divisor)) }}
{%- endmacro %}

{% macro default__int_div(dividend, divisor) -%}
    cast(div({{ dividend }}, {{ divisor }}) as decimal(38, 0))
{%- endmacro %}

{% macro duckdb__int_div(dividend, divisor) -%}
    cast(cast({{ dividend }} as hugeint) // cast({{ divisor }} as hugeint) as decimal(38, 0))
{%- endmacro %}

{% macro spark__int_div(dividend, divisor) -%}
    cast(({{ dividend }}) div ({{ divisor }}) as decimal(38, 0))
{%- endmacro %}
