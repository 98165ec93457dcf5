-- Of an account with prepaid credit every charge is either paid by a pot or billed in arrears, to the last decimal per month:
-- what the balances say was drawn is what the bill says was used.
with

sides as (
    select
        platform,
        billing_account_id,
        currency,
        accounting_month,
        drawn_amount + overdrawn_amount as amount

    from {{ ref('fct_credit_balances') }}

    union all

    select
        lots.platform,
        lots.billing_account_id,
        lots.currency,
        charges.accounting_month,
        -charges.effective_cost as amount

    from {{ ref('int_prepaid_charges_summed') }} as charges
    left join (
        select
            account_key,
            platform,
            billing_account_id,
            currency

        from {{ ref('int_credit_lots_ranked') }}
        group by
            account_key,
            platform,
            billing_account_id,
            currency
    ) as lots
        on charges.account_key = lots.account_key
)

select
    platform,
    billing_account_id,
    currency,
    accounting_month,
    sum(amount) as difference

from sides
group by
    platform,
    billing_account_id,
    currency,
    accounting_month
having sum(amount) <> 0
