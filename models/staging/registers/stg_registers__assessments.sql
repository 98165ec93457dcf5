with

assessments as (
    select * from {{ ref('assessments') }}
),

typed as (
    select
        {{ trimmed('assessment_id') }} as assessment_id,
        {{ trimmed('use_case_id') }} as use_case_id,
        lower({{ trimmed('kind') }}) as kind,
        lower({{ trimmed('status') }}) as status,
        {{ trimmed('approved_by') }} as approved_by,
        cast({{ trimmed('approved_on') }} as date) as approved_on,
        cast({{ trimmed('expires_on') }} as date) as expires_on

    from assessments
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(assessment_id, use_case_id) is not null
)

select * from stated
