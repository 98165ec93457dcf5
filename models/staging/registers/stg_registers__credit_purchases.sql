with

credit_purchases as (
    select * from {{ ref('credit_purchases') }}
),

typed as (
    select
        {{ trimmed('contract_id') }} as contract_id,
        lower({{ trimmed('platform') }}) as platform,
        coalesce({{ trimmed('billing_account_id') }}, lower({{ trimmed('platform') }})) as billing_account_id,
        {{ trimmed('invoice_id') }} as invoice_id,
        upper({{ trimmed('currency') }}) as currency,
        cast({{ trimmed('amount') }} as {{ column_type('money') }}) as amount,
        cast({{ trimmed('purchased_on') }} as date) as purchased_on,
        cast({{ trimmed('expires_on') }} as date) as expires_on

    from credit_purchases
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(contract_id, platform) is not null
)

select * from stated
