with

groups as (
    select * from {{ ref('int_charge_groups') }}
    where not is_pooled
),

followed_credits as (
    select charge_group_id from {{ ref('int_credits_followed') }}
),

rules as (
    select * from {{ ref('int_allocation_rules') }}
),

cost_centres as (
    select * from {{ ref('int_cost_centres_succeeded') }}
),

programme as (
    select * from {{ ref('int_programme_cost_centres') }}
),

-- Three ways to be one receiver's: the owner's, the rule's own target, the AI programme's; and nobody's.
assigned as (
    select
        groups.*,
        case groups.method
            when 'owner' then groups.owner_use_case_id
        end as use_case_id,
        case groups.method
            when 'owner' then groups.owner_cost_centre_code
            when 'fixed' then targets.paying_cost_centre_code
            when 'central' then programme.paying_cost_centre_code
        end as cost_centre_code,
        case
            when groups.method is null then groups.unclaimed_reason
            when groups.method = 'owner' then groups.owner_unallocated_reason
            when groups.method = 'fixed' and targets.paying_cost_centre_code is null
                then coalesce(targets.dead_end_reason, 'unknown_cost_centre')
            when groups.method = 'central' and programme.paying_cost_centre_code is null
                then coalesce(programme.dead_end_reason, 'unknown_cost_centre')
        end as unallocated_reason

    from groups
    left join followed_credits
        on groups.charge_group_id = followed_credits.charge_group_id
    left join rules
        on groups.rule_key = rules.rule_key
    left join cost_centres as targets
        on groups.method = 'fixed'
            and rules.target_cost_centre = targets.cost_centre_code
            and groups.segment_start = targets.segment_start
    left join programme
        on groups.method = 'central'
            and groups.segment_start >= programme.valid_from
            and groups.segment_start < programme.valid_to
    where followed_credits.charge_group_id is null
)

select * from assigned
