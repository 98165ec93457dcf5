-- What the programme pays for one sandbox stage is its spend up to the cap, never more, all tiers together.
with

spent as (
    select
        use_case_id,
        stage_valid_from,
        min(sandbox_cap) as sandbox_cap,
        sum(reporting_cost) as reporting_cost,
        sum(case when funding = 'inside' then reporting_cost else 0 end) as funded_cost

    from {{ ref('int_allocations_passed_on') }}
    where funding in ('inside', 'over_cap') and sandbox_cap is not null
    group by
        use_case_id,
        stage_valid_from
)

select *
from spent
where funded_cost <> least(reporting_cost, sandbox_cap)
