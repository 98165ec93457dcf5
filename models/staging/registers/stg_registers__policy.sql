with

policy as (
    select * from {{ ref('policy') }}
),

typed as (
    select
        {{ trimmed('setting') }} as setting,
        case {{ trimmed('setting') }}
            when 'sandbox_over_cap' then lower({{ trimmed('value') }})
            else {{ trimmed('value') }}
        end as value,
        {{ validity(trimmed('valid_from'), trimmed('valid_to')) }}

    from policy
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where setting is not null
)

select * from stated
