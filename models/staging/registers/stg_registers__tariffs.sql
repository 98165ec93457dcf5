with

tariffs as (
    select * from {{ ref('tariffs') }}
),

typed as (
    select
        lower({{ trimmed('platform') }}) as platform,
        {{ trimmed('sku') }} as sku,
        {{ trimmed('unit') }} as unit,
        upper({{ trimmed('currency') }}) as currency,
        cast({{ trimmed('price') }} as {{ column_type('money') }}) as price,
        cast({{ trimmed('per_units') }} as {{ column_type('whole') }}) as per_units,
        {{ validity(trimmed('valid_from'), trimmed('valid_to')) }}

    from tariffs
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(platform, sku) is not null
)

select * from stated
