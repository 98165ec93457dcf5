with

deliveries as (
    select * from {{ ref('stg_load_ledger__deliveries') }}
    where status <> 'quarantined'
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
