{#-
    What a quantity costs under a tariff, DECIMAL(38, 10), rounded once, half away from zero; null where no tariff is in
    force. A negative quantity is the mirror image of a positive one.

    price: of `per_units` units, not negative. quantity: at most ten decimals.
-#}
{% macro tariff_cost(price, per_units, quantity) -%}
    {%- set scaled = per_units ~ ' * 10000000000' -%}
    {{ from_units(
        'case when ' ~ quantity ~ ' < 0 then -1 else 1 end * '
        ~ int_div(
            '2 * ' ~ to_units(price) ~ ' * abs(' ~ to_units(quantity) ~ ') + ' ~ scaled, '2 * ' ~ scaled
        )
    ) }}
{%- endmacro %}
