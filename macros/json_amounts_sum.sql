{#-
    The sum of the member `amount` over a JSON list of objects held as text, as money; 0 for an empty list, a null, or a list
    whose objects have no amount. Each amount is read as money before it is added; the text must be valid JSON.
    A lambda's parameter must bear no column's name: DuckDB would take the column.
-#}
{% macro json_amounts_sum(column) -%}
    {{ return(adapter.dispatch('json_amounts_sum', 'chargeback')(column)) }}
{%- endmacro %}

{% macro duckdb__json_amounts_sum(column) -%}
    coalesce(
        list_sum(list_transform(
            from_json({{ column }}, '["JSON"]'),
            lambda each_item: cast(json_extract_string(each_item, '$.amount') as {{ column_type('money') }})
        )),
        cast(0 as {{ column_type('money') }})
    )
{%- endmacro %}

{% macro spark__json_amounts_sum(column) -%}
    coalesce(
        aggregate(
            from_json({{ column }}, 'array<struct<amount:string>>'),
            cast(0 as {{ column_type('money') }}),
            (total, each_item) -> cast(
                total + coalesce(cast(each_item.amount as {{ column_type('money') }}), 0) as {{ column_type('money') }}
            )
        ),
        cast(0 as {{ column_type('money') }})
    )
{%- endmacro %}
