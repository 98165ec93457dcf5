with

identities as (
    select * from {{ source('registers', 'identities') }}
),

typed as (
    select
        lower({{ trimmed('platform') }}) as platform,
        lower({{ trimmed('identity_type') }}) as identity_type,
        {{ trimmed('identity_id') }} as identity_id,
        {{ trimmed('use_case_id') }} as use_case_id,
        {{ trimmed('cost_centre_code') }} as cost_centre_code,
        {{ trimmed('environment') }} as environment,
        {{ validity(trimmed('valid_from'), trimmed('valid_to')) }}

    from identities
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(identity_type, identity_id) is not null
)

select * from stated
