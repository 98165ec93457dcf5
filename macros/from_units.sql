{#- The money of a whole number of 10⁻¹⁰ units: the inverse of `to_units`, exact. -#}
{% macro from_units(units) -%}
    cast(cast({{ units }} as decimal(26, 0)) * cast(0.0000000001 as decimal(11, 10)) as decimal(38, 10))
{%- endmacro %}
