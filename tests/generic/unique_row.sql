{#- The given columns name a row: no two rows agree in all of them, nulls counted as equal. -#}
{% test unique_row(model, columns) %}
    select
        {{ columns | join(', ') }},
        count(*) as row_count

    from {{ model }}
    group by {{ columns | join(', ') }}
    having count(*) > 1
{% endtest %}
