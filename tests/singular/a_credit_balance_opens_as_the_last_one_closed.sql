-- A pot's month opens with what the month before left, and no month between its first and its last is missing: balances
-- that jump cannot be reconciled with a vendor's.
with

balances as (
    select * from {{ ref('fct_credit_balances') }}
),

firsts as (
    select
        platform,
        billing_account_id,
        currency,
        contract_id,
        min(accounting_month) as first_month

    from balances
    group by
        platform,
        billing_account_id,
        currency,
        contract_id
)

select
    balances.*,
    earlier.closing_amount as closed_before

from balances
left join firsts
    on balances.platform = firsts.platform
        and balances.billing_account_id = firsts.billing_account_id
        and balances.currency = firsts.currency
        and balances.contract_id = firsts.contract_id
left join balances as earlier
    on balances.platform = earlier.platform
        and balances.billing_account_id = earlier.billing_account_id
        and balances.currency = earlier.currency
        and balances.contract_id = earlier.contract_id
        and balances.accounting_month = cast({{ add_months('earlier.accounting_month', 1) }} as date)
where (balances.accounting_month = firsts.first_month and balances.opening_amount <> 0)
    or (
        balances.accounting_month <> firsts.first_month
        and (earlier.closing_amount is null or earlier.closing_amount <> balances.opening_amount)
    )
