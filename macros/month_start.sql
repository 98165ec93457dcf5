{#- The first day of a timestamp's or date's calendar month, as a DATE (date_trunc's own type differs by engine). -#}
{% macro month_start(instant) -%}
    cast(date_trunc('month', {{ instant }}) as date)
{%- endmacro %}
