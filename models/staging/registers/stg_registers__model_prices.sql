with

model_prices as (
    select * from {{ ref('model_prices') }}
),

typed as (
    select
        lower({{ trimmed('provider') }}) as provider,
        lower({{ trimmed('model') }}) as model,
        {{ register_column(ref('model_prices'), 'model_class') }} as model_class,
        lower({{ trimmed('token_type') }}) as token_type,
        lower({{ trimmed('service_tier') }}) as service_tier,
        {{ trimmed('context_window') }} as context_window,
        {{ trimmed('unit') }} as unit,
        upper({{ trimmed('currency') }}) as currency,
        cast({{ trimmed('price') }} as {{ column_type('money') }}) as price,
        cast({{ trimmed('per_units') }} as {{ column_type('whole') }}) as per_units,
        {{ validity(trimmed('valid_from'), trimmed('valid_to')) }}

    from model_prices
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(provider, model) is not null
)

select * from stated
