{#-
    A wall clock's timestamp as a UTC timestamp. `zone` is an IANA name. Of the hour that the clock strikes twice the
    engine takes one; an hour that it skips is moved on.
-#}
{% macro utc_from_local(timestamp, zone) -%}
    {{ return(adapter.dispatch('utc_from_local', 'chargeback')(timestamp, zone)) }}
{%- endmacro %}

{% macro duckdb__utc_from_local(timestamp, zone) -%}
    timezone('UTC', timezone({{ zone }}, {{ timestamp }}))
{%- endmacro %}

{% macro spark__utc_from_local(timestamp, zone) -%}
    to_utc_timestamp({{ timestamp }}, {{ zone }})
{%- endmacro %}
