{#- A timestamp in UTC as ISO 8601 text, to the second: `2026-05-01T00:00:00Z`. -#}
{% macro iso_instant(instant) -%}
    replace(substr(cast({{ instant }} as {{ dbt.type_string() }}), 1, 19), ' ', 'T') || 'Z'
{%- endmacro %}
