with

known_events as (
    select * from {{ ref('known_events') }}
),

typed as (
    select
        lower({{ trimmed('platform') }}) as platform,
        {{ trimmed('cost_centre_code') }} as cost_centre_code,
        {{ trimmed('reason') }} as reason,
        {{ validity(trimmed('valid_from'), trimmed('valid_to')) }}

    from known_events
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(platform, cost_centre_code, reason) is not null
)

select * from stated
