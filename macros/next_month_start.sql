{#- The first instant of the calendar month after a timestamp's, as a timestamp: the exclusive end of a billing month. -#}
{% macro next_month_start(instant) -%}
    cast({{ dbt.dateadd('month', 1, "date_trunc('month', " ~ instant ~ ")") }} as {{ dbt.type_timestamp() }})
{%- endmacro %}
