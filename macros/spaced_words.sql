{#- A name as lower-case words between single spaces, one before and one after them: whatever parted them is a space. -#}
{% macro spaced_words(column) -%}
    {{ return(adapter.dispatch('spaced_words', 'chargeback')(column)) }}
{%- endmacro %}

{% macro default__spaced_words(column) -%}
    concat(' ', trim(regexp_replace(lower({{ column }}), '[^a-z0-9.]+', ' ')), ' ')
{%- endmacro %}

{% macro duckdb__spaced_words(column) -%}
    ' ' || trim(regexp_replace(lower({{ column }}), '[^a-z0-9.]+', ' ', 'g')) || ' '
{%- endmacro %}
