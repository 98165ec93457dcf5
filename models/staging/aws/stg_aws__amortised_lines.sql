-- One row per line item, and one more for the part of a commitment's fee that nothing used.
--
-- Billed is the unblended cost of every line, negations and discount lines with it: that sum is the invoice. (The net
-- columns spread the discount lines over usage and add up to the same, but only where every line has them.) Effective is
-- what usage took of reservations and savings plans, and what nothing took; the fees themselves and what they cover
-- twice are 0, so that effective cost counts a commitment once.
with

cur_lines as (
    select * from {{ ref('stg_aws__cur_lines') }}
),

line_types as (
    select * from {{ ref('stg_aws__line_types') }}
),

-- Without the columns of commitments an export cannot be amortised, and every cost stays on the line that bills it.
categorised as (
    select
        cur_lines.*,
        coalesce(line_types.charge_category, 'Adjustment') as line_category,
        coalesce(line_types.charge_frequency, 'One-Time') as line_frequency,
        case cur_lines.line_type
            when 'SavingsPlanRecurringFee' then savings_plan_commitment - coalesce(savings_plan_used_commitment, 0)
            when 'RIFee' then reservation_unused_cost
        end as unused_cost,
        cur_lines.line_type in (
            'SavingsPlanNegation', 'SavingsPlanRecurringFee', 'SavingsPlanUpfrontFee', 'RIFee'
        )
        or (cur_lines.line_type = 'Fee' and reservation_arn is not null) as is_commitment_line,
        coalesce(line_types.charge_category = 'Usage', false) as is_usage_line

    from cur_lines
    left join line_types
        on cur_lines.line_type = line_types.line_type
),

amortised as (
    select
        categorised.*,
        case
            when line_type = 'SavingsPlanCoveredUsage' then coalesce(savings_plan_effective_cost, unblended_cost)
            when line_type = 'DiscountedUsage' then coalesce(reservation_effective_cost, unblended_cost)
            when line_type = 'SavingsPlanNegation' and savings_plan_arn is not null then 0
            when line_type in ('SavingsPlanRecurringFee', 'RIFee') and unused_cost is not null then 0
            when line_type = 'SavingsPlanUpfrontFee' then 0
            when line_type = 'Fee' and reservation_arn is not null then 0
            -- A plan that was given back took its upfront fee, which was never effective, with it.
            when line_type = 'Refund' and product_code = 'ComputeSavingsPlans'
                and description like 'Refund for one-time fee%' then 0
            else unblended_cost
        end as amortised_cost,
        case
            when line_type = 'SavingsPlanNegation' then 0
            when is_usage_line then coalesce(nullif(public_cost, 0), unblended_cost)
            else unblended_cost
        end as public_list_cost,
        case
            when line_type = 'SavingsPlanNegation' then 0
            -- The contracted price is the one before commitments, and hours that a reservation covers bill nothing.
            when line_type = 'DiscountedUsage' then coalesce(nullif(public_cost, 0), unblended_cost)
            else unblended_cost
        end as cost_before_commitments,
        case when coalesce(unused_cost, 0) <> 0 then 'split' else 'whole' end as part_set

    from categorised
),

part_sets as (
    select 'whole' as part_set, false as is_unused_part
    union all
    select 'split' as part_set, false as is_unused_part
    union all
    select 'split' as part_set, true as is_unused_part
),

lines_and_unused_parts as (
    select
        amortised.*,
        case when is_unused_part then 'Usage' else line_category end as charge_category,
        case when is_unused_part then 'Usage-Based' else line_frequency end as charge_frequency,
        case when not is_unused_part then usage_amount end as metered_amount,
        case when is_unused_part then 0 else unblended_cost end as billed_cost,
        case when is_unused_part then unused_cost else amortised_cost end as effective_cost,
        case when is_unused_part then 0 else public_list_cost end as list_cost,
        case when is_unused_part then 0 else cost_before_commitments end as contracted_cost,
        case
            when is_unused_part and savings_plan_arn is not null then unused_cost
            when is_unused_part then reservation_unused_quantity
            when line_type = 'SavingsPlanCoveredUsage' then savings_plan_effective_cost
            when line_type = 'SavingsPlanRecurringFee' then savings_plan_commitment
            when line_type = 'SavingsPlanUpfrontFee' then unblended_cost
            when line_type in ('DiscountedUsage', 'RIFee') then usage_amount
        end as commitment_quantity,
        part_sets.is_unused_part

    from amortised
    inner join part_sets
        on amortised.part_set = part_sets.part_set
)

select * from lines_and_unused_parts
