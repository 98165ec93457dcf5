with

declared as (
    select * from {{ ref('overlaps') }}
),

typed as (
    select
        {{ trimmed('overlap_set') }} as overlap_set,
        lower({{ trimmed('side') }}) as side,
        {{ trimmed('match_platform') }} as match_platform,
        {{ trimmed('match_source_table') }} as match_source_table,
        {{ trimmed('match_service_name') }} as match_service_name,
        {{ trimmed('match_sku') }} as match_sku,
        {{ trimmed('match_sub_account_id') }} as match_sub_account_id,
        {{ trimmed('match_resource_id') }} as match_resource_id,
        {{ trimmed('match_metric') }} as match_metric,
        lower({{ register_column(ref('overlaps'), 'must_share') }}) as must_share,
        {{ validity(trimmed('valid_from'), trimmed('valid_to')) }}

    from declared
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(overlap_set, side) is not null
)

select * from stated
