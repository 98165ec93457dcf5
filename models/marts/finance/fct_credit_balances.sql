with

lots as (
    select * from {{ ref('int_credit_lots_by_month') }}
),

accounts as (
    select * from {{ ref('int_credit_accounts_by_month') }}
),

contracts as (
    select
        lots.account_key,
        lots.contract_id,
        lots.platform,
        lots.billing_account_id,
        lots.currency,
        sum(lots.purchased_amount) as purchased_amount,
        sum(lots.drawn_amount) as drawn_amount,
        sum(lots.expired_amount) as expired_amount,
        sum(lots.closing_amount) as closing_amount,
        sum(case when lots.speaks_for_account then accounts.overdrawn_amount else 0 end) as overdrawn_amount,
        lots.accounting_month

    from lots
    left join accounts
        on lots.account_key = accounts.account_key
            and lots.accounting_month = accounts.accounting_month
    group by
        lots.account_key,
        lots.contract_id,
        lots.platform,
        lots.billing_account_id,
        lots.currency,
        lots.accounting_month
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

balances as (
    select
        {{ hash_key(['account_key', 'contract_id', 'contracts.accounting_month']) }} as credit_balance_id,
        contract_id,
        platform,
        billing_account_id,
        currency,
        cast(
            coalesce(
                lag(closing_amount) over (
                    partition by account_key, contract_id order by contracts.accounting_month asc nulls last
                ), 0
            ) as {{ column_type('money') }}
        ) as opening_amount,
        cast(purchased_amount as {{ column_type('money') }}) as purchased_amount,
        cast(drawn_amount as {{ column_type('money') }}) as drawn_amount,
        cast(expired_amount as {{ column_type('money') }}) as expired_amount,
        cast(closing_amount as {{ column_type('money') }}) as closing_amount,
        cast(overdrawn_amount as {{ column_type('money') }}) as overdrawn_amount,
        contracts.accounting_month,
        periods.period_status

    from contracts
    left join periods
        on contracts.accounting_month = periods.accounting_month
)

select * from balances
