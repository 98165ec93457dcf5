{#-
    JSON objects held as text, merged into one, as text: of a key in several the last column's value stays. Null counts as
    an empty object, and an empty result is null. The texts must be valid JSON.
-#}
{% macro merged_json_objects(columns) -%}
    {{ return(adapter.dispatch('merged_json_objects', 'chargeback')(columns)) }}
{%- endmacro %}

{% macro duckdb__merged_json_objects(columns) -%}
    nullif(
        cast(json_merge_patch({% for column in columns %}coalesce({{ column }}, '{}'){{ ", " if not loop.last }}{% endfor %})
            as {{ dbt.type_string() }}),
        '{}'
    )
{%- endmacro %}

{% macro spark__merged_json_objects(columns) -%}
    nullif(
        to_json(map_from_entries(array_sort(map_entries(aggregate(
            array({% for column in columns %}from_json(coalesce({{ column }}, '{}'), 'map<string, string>'){{ ", " if not loop.last }}{% endfor %}),
            cast(map() as map<string, string>),
            (merged, next) -> map_concat(map_filter(merged, (key, value) -> not map_contains_key(next, key)), next)
        ))))),
        '{}'
    )
{%- endmacro %}
