with

invoices as (
    select * from {{ ref('invoices') }}
),

typed as (
    select
        lower({{ trimmed('provider') }}) as provider,
        coalesce({{ trimmed('billing_account_id') }}, lower({{ trimmed('provider') }})) as billing_account_id,
        {{ trimmed('invoice_id') }} as invoice_id,
        upper({{ trimmed('currency') }}) as currency,
        lower({{ register_column(ref('invoices'), 'invoice_kind') }}) as invoice_kind,
        cast({{ trimmed('amount') }} as {{ column_type('money') }}) as amount,
        cast({{ trimmed('billing_period') }} || '-01' as date) as billing_month

    from invoices
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(provider, invoice_id) is not null
)

select * from stated
