{#-
    Tags held as JSON text, as a JSON object of tags, as text: an object as it is, a list of `{"key": …, "value": …}` by its
    pairs (capitals as in `Key` too). A pair without a value has the value `true`; of pairs with one key the lowest value
    stays, so that the order of the list decides nothing. Null where there is no tag.

    A lambda's parameter must bear no column's name: DuckDB would take the column.
-#}
{% macro tags_from_pairs(column) -%}
    {{ return(adapter.dispatch('tags_from_pairs', 'chargeback')(column)) }}
{%- endmacro %}

{% macro duckdb__tags_from_pairs(column) -%}
    {%- set pairs -%}
        list_filter(
            list_transform(
                from_json({{ column }}, '["JSON"]'),
                lambda each_item: struct_pack(
                    k := coalesce(json_extract_string(each_item, '$.key'), json_extract_string(each_item, '$.Key')),
                    v := coalesce(json_extract_string(each_item, '$.value'), json_extract_string(each_item, '$.Value'), 'true')
                )
            ),
            lambda each_pair: each_pair.k is not null
        )
    {%- endset -%}
    case json_type({{ column }})
        when 'OBJECT' then nullif({{ column }}, '{}')
        when 'ARRAY'
            then nullif(cast(to_json(map_from_entries(list_transform(
                list_sort(list_distinct(list_transform({{ pairs }}, lambda each_pair: each_pair.k))),
                lambda each_key: struct_pack(
                    k := each_key,
                    v := list_min(list_transform(
                        list_filter({{ pairs }}, lambda each_pair: each_pair.k = each_key), lambda each_pair: each_pair.v
                    ))
                )
            ))) as {{ dbt.type_string() }}), '{}')
    end
{%- endmacro %}

{% macro spark__tags_from_pairs(column) -%}
    {%- set pairs = "filter(from_json(" ~ column ~ ", 'array<struct<key:string,value:string>>'), pair -> pair.key is not null)" -%}
    case
        when {{ column }} like '[%'
            then nullif(to_json(map_from_entries(transform(
                array_sort(array_distinct(transform({{ pairs }}, pair -> pair.key))),
                tag_key -> struct(
                    tag_key as k,
                    array_min(transform(
                        filter({{ pairs }}, pair -> pair.key = tag_key), pair -> coalesce(pair.value, 'true')
                    )) as v
                )
            ))), '{}')
        else nullif({{ column }}, '{}')
    end
{%- endmacro %}
