{#-
    One row per item of a text list. A SELECT body to put behind a CTE's name: every column of the relation, then
    `item` (trimmed, never empty) and `item_position` (from 1). A null or empty list gives no row.
-#}
{% macro explode_text(relation, column, separator='|') -%}
    {{ return(adapter.dispatch('explode_text', 'chargeback')(relation, column, separator)) }}
{%- endmacro %}

{% macro duckdb__explode_text(relation, column, separator) %}
    select
        listed.*,
        trim(listed.items[position.item_position]) as item,
        cast(position.item_position as {{ dbt.type_int() }}) as item_position

    from (
        select {{ relation }}.*, string_split({{ column }}, '{{ separator }}') as items
        from {{ relation }}
        where {{ column }} is not null
    ) as listed
    cross join lateral (select unnest(generate_series(1, len(listed.items))) as item_position) as position
    where trim(listed.items[position.item_position]) <> ''
{% endmacro %}

{% macro spark__explode_text(relation, column, separator) %}
    select
        {{ relation }}.*,
        trim(exploded.item) as item,
        exploded.zero_position + 1 as item_position

    from {{ relation }}
    lateral view posexplode(split({{ column }}, '[{{ separator }}]')) exploded as zero_position, item
    where trim(exploded.item) <> ''
{% endmacro %}
