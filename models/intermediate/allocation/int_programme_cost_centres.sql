with

settings as (
    select
        value as named_cost_centre_code,
        valid_from,
        valid_to

    from {{ ref('stg_registers__policy') }}
    where setting = 'programme_cost_centre'
),

cost_centres as (
    select * from {{ ref('int_cost_centres_succeeded') }}
),

-- One row per segment in which the programme's cost centre and its successor stand still.
resolved as (
    select
        settings.named_cost_centre_code,
        cost_centres.paying_cost_centre_code,
        coalesce(cost_centres.dead_end_reason, 'unknown_cost_centre') as dead_end_reason,
        coalesce(greatest(settings.valid_from, cost_centres.segment_start), settings.valid_from) as valid_from,
        coalesce(least(settings.valid_to, cost_centres.segment_end), settings.valid_to) as valid_to

    from settings
    left join cost_centres
        on settings.named_cost_centre_code = cost_centres.cost_centre_code
            and cost_centres.segment_start < settings.valid_to
            and cost_centres.segment_end > settings.valid_from
)

select * from resolved
