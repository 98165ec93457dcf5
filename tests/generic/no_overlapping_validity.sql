{#-
    At every instant at most one row of each key is in force; nulls in a key count as equal. What fails is a row that
    begins before the one before it has ended.
-#}
{% test no_overlapping_validity(model, columns) %}

with

ordered as (
    select
        {{ columns | join(', ') }},
        valid_from,
        valid_to,
        lag(valid_to) over (
            partition by {{ columns | join(', ') }}
            order by valid_from asc nulls last, valid_to asc nulls last
        ) as previous_valid_to

    from {{ model }}
)

select * from ordered
where valid_from < previous_valid_to

{% endtest %}
