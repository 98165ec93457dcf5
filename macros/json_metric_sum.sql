{#-
    The sum of `value` over a JSON list, held as text, of `{"key": {"metric": …, "unit": …}, "value": …}` with the given
    metric and unit, as a quantity; 0 where there is none. The text must be valid JSON.
    A lambda's parameter must bear no column's name: DuckDB would take the column.
-#}
{% macro json_metric_sum(column, metric, unit) -%}
    {{ return(adapter.dispatch('json_metric_sum', 'chargeback')(column, metric, unit)) }}
{%- endmacro %}

{% macro duckdb__json_metric_sum(column, metric, unit) -%}
    coalesce(
        list_sum(list_transform(
            list_filter(
                from_json({{ column }}, '["JSON"]'),
                lambda each_item: json_extract_string(each_item, '$.key.metric') = '{{ metric }}'
                    and json_extract_string(each_item, '$.key.unit') = '{{ unit }}'
            ),
            lambda each_item: cast(json_extract_string(each_item, '$.value') as {{ column_type('quantity') }})
        )),
        cast(0 as {{ column_type('quantity') }})
    )
{%- endmacro %}

{% macro spark__json_metric_sum(column, metric, unit) -%}
    coalesce(
        aggregate(
            filter(
                from_json({{ column }}, 'array<struct<key:struct<metric:string,unit:string>,value:string>>'),
                each_item -> each_item.key.metric = '{{ metric }}' and each_item.key.unit = '{{ unit }}'
            ),
            cast(0 as {{ column_type('quantity') }}),
            (total, each_item) -> cast(
                total + coalesce(cast(each_item.value as {{ column_type('quantity') }}), 0)
                as {{ column_type('quantity') }}
            )
        ),
        cast(0 as {{ column_type('quantity') }})
    )
{%- endmacro %}
