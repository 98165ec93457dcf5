with

allocation_splits as (
    select * from {{ ref('allocation_splits') }}
),

typed as (
    select
        {{ trimmed('split_id') }} as split_id,
        {{ trimmed('cost_centre_code') }} as cost_centre_code,
        {{ trimmed('use_case_id') }} as use_case_id,
        cast({{ trimmed('share_percent') }} as {{ column_type('money') }}) as share_percent,
        {{ validity(trimmed('valid_from'), trimmed('valid_to')) }}

    from allocation_splits
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(split_id, cost_centre_code) is not null
)

select * from stated
