with

disputes as (
    select * from {{ ref('disputes') }}
),

typed as (
    select
        {{ trimmed('dispute_id') }} as dispute_id,
        {{ trimmed('allocation_id') }} as allocation_id,
        {{ trimmed('cost_centre_code') }} as cost_centre_code,
        {{ trimmed('raised_by') }} as raised_by,
        {{ trimmed('reason') }} as reason,
        lower({{ trimmed('status') }}) as status,
        {{ trimmed('exception_id') }} as exception_id,
        cast({{ trimmed('raised_on') }} as date) as raised_on,
        cast({{ trimmed('resolved_on') }} as date) as resolved_on

    from disputes
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(dispute_id, allocation_id) is not null
)

select * from stated
