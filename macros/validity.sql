{#-
    A register row's `valid_from` (inclusive) and `valid_to` (exclusive) as UTC timestamps, never null: an open
    beginning is 1900, an open end the last day of 9999. The arguments are texts: ISO dates or UTC timestamps.
-#}
{% macro validity(valid_from, valid_to) -%}
    coalesce(
        cast({{ valid_from }} as {{ dbt.type_timestamp() }}), cast('1900-01-01 00:00:00' as {{ dbt.type_timestamp() }})
    ) as valid_from,
    coalesce(
        cast({{ valid_to }} as {{ dbt.type_timestamp() }}), cast('9999-12-31 00:00:00' as {{ dbt.type_timestamp() }})
    ) as valid_to
{%- endmacro %}
