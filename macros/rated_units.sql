{#-
    What a whole number of tokens costs at a price, in units of 10⁻¹² of the price's currency, rounded once, half up; null
    where there is no price. Neither may be negative.
-#}
{% macro rated_units(quantity, price, per_units) -%}
    {{ int_div(
        '2 * cast(' ~ quantity ~ ' as decimal(38, 0)) * ' ~ to_units(price)
        ~ ' * 100 + cast(' ~ per_units ~ ' as decimal(38, 0))',
        '2 * cast(' ~ per_units ~ ' as decimal(38, 0))'
    ) }}
{%- endmacro %}
