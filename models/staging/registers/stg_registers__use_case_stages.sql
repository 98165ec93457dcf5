with

use_case_stages as (
    select * from {{ ref('use_case_stages') }}
),

typed as (
    select
        {{ trimmed('use_case_id') }} as use_case_id,
        lower({{ trimmed('stage') }}) as stage,
        {{ trimmed('approved_by') }} as approved_by,
        cast({{ trimmed('sandbox_cap') }} as {{ column_type('money') }}) as sandbox_cap,
        cast({{ trimmed('sandbox_days') }} as {{ dbt.type_int() }}) as sandbox_days,
        cast({{ trimmed('chargeback_from') }} as date) as chargeback_from,
        {{ validity(trimmed('valid_from'), trimmed('valid_to')) }}

    from use_case_stages
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(use_case_id, stage) is not null
)

select * from stated
