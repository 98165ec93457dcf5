with

charged as (
    select
        platform,
        lower(model) as model,
        cast(null as {{ dbt.type_string() }}) as model_class,
        1 as charged,
        0 as used,
        0 as priced,
        charge_date as seen_date

    from {{ ref('int_charge_groups') }}
),

used as (
    select
        platform,
        lower(model) as model,
        cast(null as {{ dbt.type_string() }}) as model_class,
        0 as charged,
        1 as used,
        0 as priced,
        usage_date as seen_date

    from {{ ref('int_usage_aggregated_to_day') }}
),

priced as (
    select
        provider as platform,
        model,
        model_class,
        0 as charged,
        0 as used,
        1 as priced,
        cast(null as date) as seen_date

    from {{ ref('stg_registers__model_prices') }}
),

sightings as (
    select * from charged
    union all
    select * from used
    union all
    select * from priced
),

models as (
    select
        {{ hash_key(['platform', 'model']) }} as model_id,
        platform,
        model,
        max(model_class) as model_class,
        max(charged) = 1 as has_charges,
        max(used) = 1 as has_usage,
        max(priced) = 1 as has_price,
        min(seen_date) as first_seen_date,
        max(seen_date) as last_seen_date

    from sightings
    where platform is not null and model is not null
    group by
        platform,
        model
)

select * from models
