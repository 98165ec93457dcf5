{{ config(materialized='table') }}

{#- `chargeback check` refuses longer chains, so ten hops reach every end. -#}
{% set hops = 10 %}

with

codes as (
    select cost_centre_code
    from {{ ref('stg_registers__cost_centres') }}
    group by cost_centre_code
),

boundaries as (
    select
        boundary_at as segment_start,
        coalesce(
            lead(boundary_at) over (order by boundary_at asc nulls last),
            cast('9999-12-31 23:59:59' as timestamp)
        ) as segment_end

    from {{ ref('int_validity_boundaries') }}
),

versions as (
    select * from {{ ref('stg_registers__cost_centres') }}
),

-- Each code at each boundary: open, or ended with the successor its last version names.
stated as (
    select
        codes.cost_centre_code,
        boundaries.segment_start,
        boundaries.segment_end,
        max(
            case
                when boundaries.segment_start >= versions.valid_from and boundaries.segment_start < versions.valid_to
                    then 1
                else 0
            end
        ) as is_open,
        max(case when boundaries.segment_start >= versions.valid_to then versions.valid_to end) as ended_at

    from codes
    cross join boundaries
    left join versions
        on codes.cost_centre_code = versions.cost_centre_code
    group by
        codes.cost_centre_code,
        boundaries.segment_start,
        boundaries.segment_end
),

hop_0 as (
    select
        stated.cost_centre_code,
        stated.segment_start,
        stated.segment_end,
        stated.is_open,
        stated.ended_at,
        case when stated.is_open = 0 then versions.successor_code end as successor_code

    from stated
    left join versions
        on stated.cost_centre_code = versions.cost_centre_code
            and stated.ended_at = versions.valid_to
),

hopped as (
    select
        hop_0.cost_centre_code,
        hop_0.segment_start,
        hop_0.segment_end,
        case
            {% for hop in range(hops) %}
            when {{ 'hop_' ~ hop }}.is_open = 1 then {{ 'hop_' ~ hop }}.cost_centre_code
            {% endfor %}
        end as paying_cost_centre_code,
        case when hop_0.ended_at is null and hop_0.is_open = 0 then 'unknown_cost_centre' else 'closed_cost_centre' end
            as dead_end_reason

    from hop_0
    {% for hop in range(1, hops) %}
    left join hop_0 as {{ 'hop_' ~ hop }}
        on {{ 'hop_' ~ (hop - 1) }}.successor_code = {{ 'hop_' ~ hop }}.cost_centre_code
            and {{ 'hop_' ~ (hop - 1) }}.segment_start = {{ 'hop_' ~ hop }}.segment_start
    {% endfor %}
)

select * from hopped
