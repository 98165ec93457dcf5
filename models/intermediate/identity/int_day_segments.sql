{{ config(materialized='table') }}

with

charge_days as (
    select distinct cast(charge_period_start as date) as segment_date
    from {{ ref('int_charges_converted') }}
),

usage_days as (
    select distinct cast(period_start as date) as segment_date
    from {{ ref('int_usage_spread_over_days') }}
),

days as (
    select segment_date from charge_days
    union all
    select segment_date from usage_days
),

distinct_days as (
    select segment_date
    from days
    group by segment_date
),

boundaries as (
    select * from {{ ref('int_validity_boundaries') }}
),

-- The day itself starts a segment, and so does every boundary inside it.
day_starts as (
    select
        distinct_days.segment_date,
        cast(distinct_days.segment_date as timestamp) as from_at

    from distinct_days

    union all

    select
        distinct_days.segment_date,
        boundaries.boundary_at as from_at

    from distinct_days
    inner join boundaries
        on distinct_days.segment_date = cast(boundaries.boundary_at as date)
    where boundaries.boundary_at > cast(distinct_days.segment_date as timestamp)
),

day_segments as (
    select
        segment_date,
        from_at,
        coalesce(
            lead(from_at) over (partition by segment_date order by from_at asc nulls last),
            {{ add_days('segment_date', 1) }}
        ) as to_at

    from day_starts
),

-- Between two boundaries no register changes, so the last boundary stands for every instant of its segment.
segments as (
    select
        day_segments.segment_date,
        day_segments.from_at,
        day_segments.to_at,
        max(boundaries.boundary_at) as segment_start

    from day_segments
    left join boundaries
        on boundaries.boundary_at <= day_segments.from_at
    group by
        day_segments.segment_date,
        day_segments.from_at,
        day_segments.to_at
),

segments_with_midnight as (
    select
        segments.segment_date,
        segments.from_at,
        segments.to_at,
        segments.segment_start,
        min(segments.segment_start) over (partition by segments.segment_date) as day_segment_start

    from segments
)

select * from segments_with_midnight
