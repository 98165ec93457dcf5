-- What the programme pays for one sandbox stage is its spend up to the cap, never more.
with

spent as (
    select
        staged.use_case_id,
        staged.stage_valid_from,
        min(staged.sandbox_cap) as sandbox_cap,
        sum(staged.reporting_cost) as reporting_cost

    from {{ ref('int_allocations_staged') }} as staged
    where staged.is_sandbox and not staged.is_expired and staged.sandbox_cap is not null
    group by
        staged.use_case_id,
        staged.stage_valid_from
),

funded as (
    select
        staged.use_case_id,
        staged.stage_valid_from,
        sum(funded.reporting_cost) as funded_cost

    from {{ ref('int_sandboxes_funded') }} as funded
    inner join {{ ref('int_allocations_staged') }} as staged
        on funded.assignment_id = staged.assignment_id
    where funded.funding = 'inside'
    group by
        staged.use_case_id,
        staged.stage_valid_from
)

select
    spent.*,
    funded.funded_cost

from spent
left join funded
    on spent.use_case_id = funded.use_case_id
        and spent.stage_valid_from = funded.stage_valid_from
where coalesce(funded.funded_cost, 0) <> least(spent.reporting_cost, spent.sandbox_cap)
