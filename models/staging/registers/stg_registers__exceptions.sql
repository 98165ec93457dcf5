with

exceptions as (
    select * from {{ source('registers', 'exceptions') }}
),

typed as (
    select
        {{ trimmed('exception_id') }} as exception_id,
        lower({{ trimmed('platform') }}) as platform,
        lower({{ trimmed('identity_type') }}) as identity_type,
        {{ trimmed('identity_id') }} as identity_id,
        {{ trimmed('cost_centre_code') }} as cost_centre_code,
        {{ trimmed('use_case_id') }} as use_case_id,
        {{ trimmed('reason') }} as reason,
        {{ trimmed('requested_by') }} as requested_by,
        {{ trimmed('approved_by') }} as approved_by,
        lower({{ register_column(source('registers', 'exceptions'), 'exception_kind') }}) as exception_kind,
        {{ register_column(source('registers', 'exceptions'), 'dispute_id') }} as dispute_id,
        {{ validity(trimmed('valid_from'), trimmed('valid_to')) }}

    from exceptions
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(exception_id, reason) is not null
)

select * from stated
