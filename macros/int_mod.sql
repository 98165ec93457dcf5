{#- Remainder of two non-negative whole numbers, exact; the companion of `int_div`. -#}
{% macro int_mod(dividend, divisor) -%}
    {{ return(adapter.dispatch('int_mod', 'chargeback')(dividend, divisor)) }}
{%- endmacro %}

{% macro default__int_mod(dividend, divisor) -%}
    cast(mod({{ dividend }}, {{ divisor }}) as decimal(38, 0))
{%- endmacro %}

{% macro duckdb__int_mod(dividend, divisor) -%}
    cast(cast({{ dividend }} as hugeint) % cast({{ divisor }} as hugeint) as decimal(38, 0))
{%- endmacro %}
