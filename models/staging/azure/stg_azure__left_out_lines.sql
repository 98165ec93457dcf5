-- One row per line of actual or amortized cost that does not bill its cost, because the other of the two does.
with

cost_lines as (
    select * from {{ ref('stg_azure__cost_lines') }}
),

amortized_days as (
    select
        purchasing_scope,
        subscription_scope,
        billing_month,
        max(charge_day) as amortized_until

    from cost_lines
    where dataset = 'amortized'
    group by purchasing_scope, subscription_scope, billing_month
),

actual_subscriptions as (
    select
        purchasing_scope,
        subscription_scope,
        billing_month

    from cost_lines
    where dataset = 'actual'
    group by purchasing_scope, subscription_scope, billing_month
),

actual_scopes as (
    select
        purchasing_scope,
        billing_month

    from actual_subscriptions
    group by purchasing_scope, billing_month
),

actual_lines_left_out as (
    select
        cost_lines.*,
        'told by amortized cost' as reason,
        true as is_whole

    from cost_lines
    inner join amortized_days
        on cost_lines.purchasing_scope = amortized_days.purchasing_scope
            and cost_lines.subscription_scope = amortized_days.subscription_scope
            and cost_lines.billing_month = amortized_days.billing_month
    where cost_lines.dataset = 'actual'
        and not cost_lines.is_commitment_purchase
        and cost_lines.charge_day <= amortized_days.amortized_until
),

amortized_lines_not_billed as (
    select
        cost_lines.*,
        'billed where its commitment was bought' as reason,
        false as is_whole

    from cost_lines
    left join actual_subscriptions
        on cost_lines.purchasing_scope = actual_subscriptions.purchasing_scope
            and cost_lines.subscription_scope = actual_subscriptions.subscription_scope
            and cost_lines.billing_month = actual_subscriptions.billing_month
    left join actual_scopes
        on cost_lines.purchasing_scope = actual_scopes.purchasing_scope
            and cost_lines.billing_month = actual_scopes.billing_month
    where cost_lines.dataset = 'amortized'
        and (
            (cost_lines.is_covered_usage and actual_subscriptions.billing_month is not null)
            or (cost_lines.is_unused_commitment and actual_scopes.billing_month is not null)
        )
),

left_out as (
    select * from actual_lines_left_out
    union all
    select * from amortized_lines_not_billed
)

select
    'azure__' || dataset as source_table,
    _delivery_id as delivery_id,
    _file as file_name,
    _row as row_number,
    reason,
    cost as billed_amount,
    is_whole

from left_out
