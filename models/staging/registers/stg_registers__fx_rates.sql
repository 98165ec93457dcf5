with

fx_rates as (
    select * from {{ ref('fx_rates') }}
),

typed as (
    select
        upper({{ trimmed('from_currency') }}) as from_currency,
        upper({{ trimmed('to_currency') }}) as to_currency,
        {{ trimmed('source') }} as source,
        cast({{ trimmed('rate') }} as decimal(14, 8)) as rate,
        cast({{ trimmed('month') }} || '-01' as date) as accounting_month

    from fx_rates
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(from_currency, to_currency) is not null
)

select * from stated
