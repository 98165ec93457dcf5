{#- What minutes cost at a price per hour, DECIMAL(38, 10), rounded once; null where either is not known. -#}
{% macro minutes_cost(minutes, price_per_hour) -%}
    {{ tariff_cost(price_per_hour, '60', minutes) }}
{%- endmacro %}
