with

user_detail as (
    select * from {{ source('m365_copilot', 'user_detail') }}
),

-- Reports that look back over several periods tell of one day's licences each time.
ranked as (
    select
        user_detail.*,
        row_number() over (
            partition by report_refresh_date, user_principal_name order by _row_id asc nulls last
        ) as showing

    from user_detail
),

listed as (
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        'tenant' as list_scope,
        user_principal_name as seat_holder,
        user_principal_name as user_id,
        'microsoft-365-copilot' as sku,
        cast(null as date) as held_since,
        cast(null as date) as held_until,
        cast(report_refresh_date as date) as listed_on

    from ranked
    where showing = 1
)

select * from listed
