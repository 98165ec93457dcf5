{{ config(materialized='table') }}

with

sandbox_spend as (
    select
        assignment_id,
        use_case_id,
        stage_valid_from,
        sequence_id,
        cost_centre_code,
        period_start,
        sandbox_cap,
        billed_cost,
        effective_cost,
        reporting_cost

    from {{ ref('int_allocations_staged') }}
    where is_sandbox and not is_expired
),

-- The running sum of the whole stage row, credits included, in order of period start, then charge id.
-- An empty cap is open, as every empty end in the registers is.
running as (
    select
        sandbox_spend.*,
        coalesce({{ to_units('sandbox_cap') }}, cast('1000000000000000000000000000000000000' as decimal(38, 0))) as cap_units,
        {{ to_units('reporting_cost') }} as cost_units,
        cast(sum({{ to_units('reporting_cost') }}) over (
            partition by use_case_id, stage_valid_from
            order by
                period_start asc nulls last,
                sequence_id asc nulls last,
                cost_centre_code asc nulls last
            rows between unbounded preceding and current row
        ) as decimal(38, 0)) as spent_units

    from sandbox_spend
),

-- What lies inside is how far this charge moves the sum below the cap; a credit moves it back by the same rule.
cut as (
    select
        running.*,
        least(spent_units, cap_units) - least(spent_units - cost_units, cap_units) as inside_units,
        greatest(spent_units, cap_units) - greatest(spent_units - cost_units, cap_units) as outside_units

    from running
),

sides as (
    select
        assignment_id,
        'inside' as funding,
        case
            when inside_units = 0 and outside_units = 0 then case when spent_units <= cap_units then 1 else 0 end
            else abs(inside_units)
        end as funding_units,
        billed_cost,
        effective_cost,
        reporting_cost

    from cut

    union all

    select
        assignment_id,
        'over_cap' as funding,
        case
            when inside_units = 0 and outside_units = 0 then case when spent_units <= cap_units then 0 else 1 end
            else abs(outside_units)
        end as funding_units,
        billed_cost,
        effective_cost,
        reporting_cost

    from cut
),

funded_sides as (
    select * from sides
    where funding_units > 0
),

{{ apportion(
    relation='funded_sides',
    whole='assignment_id',
    weight='funding_units',
    measures=['billed_cost', 'effective_cost', 'reporting_cost'],
    tie_break='funding_units desc nulls last, funding asc nulls last'
) }},

funded as (
    select
        assignment_id,
        funding,
        funding_units,
        weight_total as funding_units_total,
        billed_cost_part as billed_cost,
        effective_cost_part as effective_cost,
        reporting_cost_part as reporting_cost

    from funded_sides_apportioned
)

select * from funded
