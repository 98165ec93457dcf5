{#-
    Money as a whole number of its smallest unit, 10⁻¹⁰ of the currency.
    Both sides are narrowed first: by Spark's rule (38, 10) × (11, 0) would silently lose decimals.
    Holds amounts below 10¹⁶; more is an overflow error, never a wrong number.
-#}
{% macro to_units(amount) -%}
    cast(cast({{ amount }} as decimal(26, 10)) * cast(10000000000 as decimal(11, 0)) as decimal(38, 0))
{%- endmacro %}
