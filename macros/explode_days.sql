{#-
    One row per day of a stretch of days. A SELECT body to put behind a CTE's name: every column of the relation, then
    `calendar_date`. Both ends are dates and belong to the stretch; a null end gives no row.
-#}
{% macro explode_days(relation, first_date, last_date) -%}
    {{ return(adapter.dispatch('explode_days', 'chargeback')(relation, first_date, last_date)) }}
{%- endmacro %}

{% macro duckdb__explode_days(relation, first_date, last_date) %}
    select
        {{ relation }}.*,
        cast(day_series.series_start as date) as calendar_date

    from {{ relation }}
    cross join lateral (
        select unnest(
            generate_series({{ relation }}.{{ first_date }}, {{ relation }}.{{ last_date }}, interval 1 day)
        ) as series_start
    ) as day_series
{% endmacro %}

{% macro spark__explode_days(relation, first_date, last_date) %}
    select
        {{ relation }}.*,
        day_series.calendar_date

    from {{ relation }}
    lateral view explode(
        sequence({{ relation }}.{{ first_date }}, {{ relation }}.{{ last_date }}, interval 1 day)
    ) day_series as calendar_date
{% endmacro %}
