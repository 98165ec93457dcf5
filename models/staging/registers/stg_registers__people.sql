with

people as (
    select * from {{ source('registers', 'people') }}
),

typed as (
    select
        {{ trimmed('person_id') }} as person_id,
        {{ trimmed('email') }} as user_id,
        {{ trimmed('cost_centre_code') }} as cost_centre_code,
        {{ validity(trimmed('valid_from'), trimmed('valid_to')) }}

    from people
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(person_id, user_id) is not null
)

select * from stated
