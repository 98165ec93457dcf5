{#-
    A JSON list of label texts, held as text, as a JSON object of tags, as text. A label splits at its first `=` or `:`
    (`cost_centre=CC-210`, `team: claims`), both sides trimmed; a label without either is a tag of the value `true`.
    Of labels with one key the lowest value stays, so that the order of the list decides nothing.
    Null where the text is null, is no list, or holds no label.
-#}
{% macro tags_from_labels(column) -%}
    {{ return(adapter.dispatch('tags_from_labels', 'chargeback')(column)) }}
{%- endmacro %}

{% macro duckdb__tags_from_labels(column) -%}
    {%- set labels = "list_filter(from_json(" ~ column ~ ", '[\"VARCHAR\"]'), lambda label: " ~ label_key('label') ~ " <> '')" -%}
    nullif(cast(to_json(map_from_entries(list_transform(
        list_sort(list_distinct(list_transform({{ labels }}, lambda label: {{ label_key('label') }}))),
        lambda tag_key: struct_pack(
            k := tag_key,
            v := list_min(list_transform(
                list_filter({{ labels }}, lambda label: {{ label_key('label') }} = tag_key),
                lambda label: {{ label_value('label') }}
            ))
        )
    ))) as {{ dbt.type_string() }}), '{}')
{%- endmacro %}

{% macro spark__tags_from_labels(column) -%}
    {%- set labels = "filter(from_json(" ~ column ~ ", 'array<string>'), label -> " ~ label_key('label') ~ " <> '')" -%}
    nullif(to_json(map_from_entries(transform(
        array_sort(array_distinct(transform({{ labels }}, label -> {{ label_key('label') }}))),
        tag_key -> struct(
            tag_key as k,
            array_min(transform(
                filter({{ labels }}, label -> {{ label_key('label') }} = tag_key),
                label -> {{ label_value('label') }}
            )) as v
        )
    ))), '{}')
{%- endmacro %}
