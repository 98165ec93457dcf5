{#-
    What one day of a seat costs, in whole units of 10⁻¹⁰: the price of the month up to and with the day, less that up
    to the day before, each cut to a whole unit. The days of a month so sum to its price exactly, to the last unit, and
    any stretch of days to the same amount in whatever parts it is counted.

    price: of `per_units` seats for a calendar month, not negative. calendar_date: the day.
-#}
{% macro seat_day_price(price, per_units, calendar_date) -%}
    {%- set day = 'extract(day from ' ~ calendar_date ~ ')' -%}
    {%- set month_days = 'extract(day from ' ~ dbt.last_day(calendar_date, 'month') ~ ')' -%}
    {%- set divisor = per_units ~ ' * cast(' ~ month_days ~ ' as decimal(38, 0))' -%}
    {{ int_div(to_units(price) ~ ' * cast(' ~ day ~ ' as decimal(2, 0))', divisor) }}
    - {{ int_div(to_units(price) ~ ' * (cast(' ~ day ~ ' as decimal(2, 0)) - 1)', divisor) }}
{%- endmacro %}
