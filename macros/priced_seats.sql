{#-
    Seat days to seat months at the contract's tariff. Emits CTEs; the last, `<held>_months`, has one row per seat holder,
    calendar month, tariff, combination of attributes and stretch of days in a row: days held, cost, and the list that
    tells of the last day.

    held: CTE with one row per seat holder and day (`seat_days`) and a `sku` as the register of tariffs spells it.
    attributes: its columns that a month's charge keeps. A day without a tariff in force costs 0 and stays, unpriced.
-#}
{% macro priced_seats(held, platform, attributes) %}
    {%- set kept = ['seat_holder', 'sku'] + attributes -%}
    {%- set grain = kept + ['seat_month', 'price', 'per_units', 'currency'] -%}
    {{ held }}_tariffs as (
        select * from {{ ref('stg_registers__tariffs') }}
        where platform = '{{ platform }}'
    ),

    -- Two tariffs in force at once (in two currencies) would count a seat twice: the later one, then the lower code.
    {{ held }}_tariffed as (
        select
            {{ held }}.*,
            {{ month_start(held ~ '.calendar_date') }} as seat_month,
            {{ held }}_tariffs.price,
            {{ held }}_tariffs.per_units,
            {{ held }}_tariffs.currency,
            row_number() over (
                partition by {{ held }}.seat_holder, {{ held }}.calendar_date
                order by {{ held }}_tariffs.valid_from desc nulls last, {{ held }}_tariffs.currency asc nulls last
            ) as preference

        from {{ held }}
        left join {{ held }}_tariffs
            on lower({{ held }}.sku) = lower({{ held }}_tariffs.sku)
                and cast({{ held }}.calendar_date as timestamp) >= {{ held }}_tariffs.valid_from
                and cast({{ held }}.calendar_date as timestamp) < {{ held }}_tariffs.valid_to
    ),

    -- Days in a row have the same anchor: the day less its number among the days.
    {{ held }}_anchored as (
        select
            {{ held }}_tariffed.*,
            cast({{ add_days(
                'cast(calendar_date as timestamp)',
                '-row_number() over (partition by ' ~ grain | join(', ') ~ ' order by calendar_date asc nulls last)',
            ) }} as date) as anchor_date

        from {{ held }}_tariffed
        where preference = 1
    ),

    {{ held }}_priced as (
        select
            {{ grain | join(', ') }},
            anchor_date,
            calendar_date,
            _delivery_id,
            _file,
            _row,
            {{ seat_day_price('price', 'per_units', 'calendar_date') }} as day_units,
            row_number() over (
                partition by {{ grain | join(', ') }}, anchor_date order by calendar_date desc nulls last
            ) as recency

        from {{ held }}_anchored
    ),

    {{ held }}_months as (
        select
            {{ hash_key(["'" ~ platform ~ "'"] + grain + ['anchor_date']) }} as seat_month_id,
            {{ grain | join(', ') }},
            max(case when recency = 1 then _delivery_id end) as _delivery_id,
            max(case when recency = 1 then _file end) as _file,
            max(case when recency = 1 then _row end) as _row,
            {{ from_units('coalesce(sum(day_units), 0)') }} as seat_cost,
            cast(count(*) as {{ dbt.type_bigint() }}) as held_days,
            price is not null as is_priced,
            min(calendar_date) as first_date,
            max(calendar_date) as last_date

        from {{ held }}_priced
        group by
            {{ grain | join(',\n            ') }},
            anchor_date
    )
{% endmacro %}
