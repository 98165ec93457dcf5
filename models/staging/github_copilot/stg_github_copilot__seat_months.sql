with

seats as (
    select * from {{ ref('stg_github_copilot__seats') }}
),

-- A seat in several organizations is billed once: in the dearer plan, then where the name comes first.
{{ seat_days('seats', precedence="seats_dated.sku asc nulls last, seats_dated.organization asc nulls last") }},

{{ priced_seats('seats_held', 'github_copilot', attributes=['user_id', 'organization', 'team']) }},

seat_months as (
    select
        seat_month_id,
        'github_copilot' as platform,
        seat_holder,
        user_id,
        organization,
        team,
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
