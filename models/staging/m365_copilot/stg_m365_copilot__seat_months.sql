with

seats as (
    select * from {{ ref('stg_m365_copilot__seats') }}
),

{{ seat_days('seats', precedence="seats_dated.sku asc nulls last") }},

{{ priced_seats('seats_held', 'm365_copilot', attributes=['user_id']) }},

seat_months as (
    select
        seat_month_id,
        'm365_copilot' as platform,
        seat_holder,
        user_id,
        sku,
        currency,
        _delivery_id,
        _file,
        _row,
        price,
        per_units,
        seat_cost,
        held_days,
        is_priced,
        seat_month,
        first_date,
        last_date

    from seats_held_months
)

select * from seat_months
