with

purchases as (
    select * from {{ ref('stg_registers__credit_purchases') }}
),

-- What expires first pays first; credit that never expires pays last.
ranked as (
    select
        {{ hash_key(['platform', 'billing_account_id', 'currency']) }} as account_key,
        contract_id,
        platform,
        billing_account_id,
        invoice_id,
        currency,
        row_number() over (
            partition by platform, billing_account_id, currency
            order by expires_on asc nulls last, purchased_on asc nulls last, contract_id asc nulls last, invoice_id asc nulls last
        ) as lot_rank,
        amount,
        purchased_on,
        coalesce(expires_on, cast('9999-12-31' as date)) as expires_on

    from purchases
)

select * from ranked
