{#-
    The days on which each seat was held, from dated lists of seats. Emits CTEs; the last, `<relation>_held`, has one
    row per seat holder and day: the relation's columns, then `calendar_date`.

    relation: CTE with one row per list and seat. `list_scope` names whose list it is, `listed_on` its day, `seat_holder`
    who holds the seat; `held_since` is the day of assignment, `held_until` the first day after the seat, both null
    where the vendor does not tell. precedence: ORDER BY terms that decide between two seats of one holder on one day.

    A list speaks for the days up to the next one, the newest for its own day alone. Who is new on a list held the seat
    from the day of assignment, at the earliest from the day after the list before, or from the first list's month.
-#}
{% macro seat_days(relation, precedence) %}
    {{ relation }}_lists as (
        select
            list_scope,
            listed_on,
            lag(listed_on) over (partition by list_scope order by listed_on asc nulls last) as previous_listed_on,
            lead(listed_on) over (partition by list_scope order by listed_on asc nulls last) as next_listed_on

        from {{ relation }}
        group by
            list_scope,
            listed_on
    ),

    {{ relation }}_followed as (
        select
            {{ relation }}.*,
            lag({{ relation }}.listed_on) over (
                partition by {{ relation }}.list_scope, {{ relation }}.seat_holder
                order by {{ relation }}.listed_on asc nulls last
            ) as holder_listed_on

        from {{ relation }}
    ),

    {{ relation }}_spans as (
        select
            {{ relation }}_followed.*,
            case
                when {{ relation }}_followed.holder_listed_on = {{ relation }}_lists.previous_listed_on
                    then {{ relation }}_followed.listed_on
                when {{ relation }}_lists.previous_listed_on is not null
                    then least(
                        {{ relation }}_followed.listed_on,
                        greatest(
                            coalesce({{ relation }}_followed.held_since, {{ relation }}_followed.listed_on),
                            cast({{ add_days('cast(' ~ relation ~ '_lists.previous_listed_on as timestamp)', 1) }} as date)
                        )
                    )
                else least(
                    {{ relation }}_followed.listed_on,
                    greatest(
                        coalesce(
                            {{ relation }}_followed.held_since, {{ month_start(relation ~ '_followed.listed_on') }}
                        ),
                        {{ month_start(relation ~ '_followed.listed_on') }}
                    )
                )
            end as first_date,
            case
                when {{ relation }}_lists.next_listed_on is null then {{ relation }}_followed.listed_on
                else greatest(
                    {{ relation }}_followed.listed_on,
                    cast({{ add_days(
                        'cast(least(' ~ relation ~ '_lists.next_listed_on, coalesce(' ~ relation
                        ~ '_followed.held_until, ' ~ relation ~ '_lists.next_listed_on)) as timestamp)', -1
                    ) }} as date)
                )
            end as last_date

        from {{ relation }}_followed
        inner join {{ relation }}_lists
            on {{ relation }}_followed.list_scope = {{ relation }}_lists.list_scope
                and {{ relation }}_followed.listed_on = {{ relation }}_lists.listed_on
    ),

    {{ relation }}_dated as (
        {{ explode_days(relation ~ '_spans', 'first_date', 'last_date') }}
    ),

    {{ relation }}_held as (
        select ranked.*

        from (
            select
                {{ relation }}_dated.*,
                row_number() over (
                    partition by {{ relation }}_dated.seat_holder, {{ relation }}_dated.calendar_date
                    order by {{ precedence }}, {{ relation }}_dated.listed_on desc nulls last,
                        {{ relation }}_dated._row_id asc nulls last
                ) as place

            from {{ relation }}_dated
        ) as ranked
        where ranked.place = 1
    )
{% endmacro %}
