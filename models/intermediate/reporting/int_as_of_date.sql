with

deliveries as (
    select * from {{ ref('stg_load_ledger__deliveries') }}
    -- A file of outcomes may speak of a month to come by a slip of the pen; it ages nothing.
    where status <> 'quarantined' and coalesce(role, '') <> 'outcome'
),

-- What stands for today in every age: the variable, else the newest accepted delivery's own date; never the clock.
newest as (
    select
        {% if var('as_of_date') %}
        cast('{{ var("as_of_date") }}' as date) as as_of_date
        {% else %}
        max(coalesce(content_to, cast(delivered_at as date))) as as_of_date
        {% endif %}

    from deliveries
)

select * from newest
