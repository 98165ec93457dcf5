{#- The date or timestamp a whole number of calendar months later. -#}
{% macro add_months(instant, months) -%}
    {{ return(adapter.dispatch('add_months', 'chargeback')(instant, months)) }}
{%- endmacro %}

{% macro duckdb__add_months(instant, months) -%}
    ({{ instant }} + to_months({{ months }}))
{%- endmacro %}

{% macro spark__add_months(instant, months) -%}
    add_months({{ instant }}, {{ months }})
{%- endmacro %}
