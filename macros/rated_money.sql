{#- Rated usage, a whole number of 10⁻¹² of its currency, as money: cut after the tenth decimal. For reports only. -#}
{% macro rated_money(rated_units) -%}
    {{ from_units(int_div(rated_units, '100')) }}
{%- endmacro %}
