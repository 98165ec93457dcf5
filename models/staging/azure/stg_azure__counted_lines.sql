-- One row per line of the bill that counts, with what it bills and what it is effectively worth.
--
-- Actual and amortized cost tell of the same purchases. Where both are there for a month, everything comes from amortized
-- cost, and from actual cost only what buys or gives back a reservation or savings plan: that is billed and worth nothing by
-- itself, and what it covers or leaves unused is worth its share and bills nothing. Billed then sums to actual cost and
-- effective to amortized cost. Where one of the two is there alone, it stands as it is: so do the days of actual cost that
-- an older run of amortized cost does not reach.
--
-- Use is matched by subscription, since each may have exports of its own. A commitment is bought in one subscription and used
-- in others, so that purchases and unused parts are matched by billing account.
with

cost_lines as (
    select * from {{ ref('stg_azure__cost_lines') }}
),

subscription_months as (
    select
        purchasing_scope,
        subscription_scope,
        billing_month,
        max(case when dataset = 'actual' then 1 else 0 end) as has_actual,
        max(case when dataset = 'amortized' then 1 else 0 end) as has_amortized,
        max(case when dataset = 'amortized' then charge_day end) as amortized_until

    from cost_lines
    group by purchasing_scope, subscription_scope, billing_month
),

scope_months as (
    select
        purchasing_scope,
        billing_month,
        max(has_actual) as has_actual,
        max(has_amortized) as has_amortized

    from subscription_months
    group by purchasing_scope, billing_month
),

placed as (
    select
        cost_lines.*,
        subscription_months.has_actual = 1 as subscription_has_actual,
        subscription_months.amortized_until,
        scope_months.has_actual = 1 as scope_has_actual,
        scope_months.has_amortized = 1 as scope_has_amortized

    from cost_lines
    left join subscription_months
        on cost_lines.purchasing_scope = subscription_months.purchasing_scope
            and cost_lines.subscription_scope = subscription_months.subscription_scope
            and cost_lines.billing_month = subscription_months.billing_month
    left join scope_months
        on cost_lines.purchasing_scope = scope_months.purchasing_scope
            and cost_lines.billing_month = scope_months.billing_month
),

counted as (
    select
        placed.*,
        case
            when dataset = 'amortized' and is_unused_commitment and scope_has_actual then 0
            when dataset = 'amortized' and is_covered_usage and subscription_has_actual then 0
            else cost
        end as billed_cost,
        case
            when dataset = 'actual' and is_commitment_purchase and scope_has_amortized then 0
            else cost
        end as effective_cost

    from placed
    where
        dataset = 'amortized'
        or is_commitment_purchase
        or amortized_until is null
        or charge_day > amortized_until
)

select * from counted
