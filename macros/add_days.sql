{#- The timestamp a whole number of days later; `days` may be a column. -#}
{% macro add_days(timestamp, days) -%}
    {{ return(adapter.dispatch('add_days', 'chargeback')(timestamp, days)) }}
{%- endmacro %}

{% macro duckdb__add_days(timestamp, days) -%}
    (cast({{ timestamp }} as timestamp) + to_days(cast({{ days }} as integer)))
{%- endmacro %}

{% macro spark__add_days(timestamp, days) -%}
    (cast({{ timestamp }} as timestamp) + make_dt_interval(cast({{ days }} as int)))
{%- endmacro %}
