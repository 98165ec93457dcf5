with

unioned as (
    {% for platform in seat_platforms() %}
    select
        seat_month_id,
        platform,
        seat_holder,
        user_id,
        sku,
        currency,
        seat_cost,
        held_days,
        is_priced,
        seat_month,
        first_date,
        last_date

    from {{ ref('stg_' ~ platform ~ '__seat_months') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
)

select * from unioned
