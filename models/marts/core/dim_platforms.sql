with

charged as (
    select
        platform,
        1 as charged,
        0 as used,
        0 as registered,
        charge_date as seen_date

    from {{ ref('int_charge_groups') }}
),

used as (
    select
        platform,
        0 as charged,
        1 as used,
        0 as registered,
        usage_date as seen_date

    from {{ ref('int_usage_aggregated_to_day') }}
),

registered as (
    {% for register, column in [
        ('identities', 'platform'), ('invoices', 'provider'), ('model_prices', 'provider'), ('tariffs', 'platform'),
    ] %}
    select
        {{ column }} as platform,
        0 as charged,
        0 as used,
        1 as registered,
        cast(null as date) as seen_date

    from {{ ref('stg_registers__' ~ register) }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

sightings as (
    select * from charged
    union all
    select * from used
    union all
    select * from registered
),

platforms as (
    select
        platform,
        max(charged) = 1 as has_charges,
        max(used) = 1 as has_usage,
        max(registered) = 1 as is_registered,
        min(seen_date) as first_seen_date,
        max(seen_date) as last_seen_date

    from sightings
    where platform is not null
    group by platform
)

select * from platforms
