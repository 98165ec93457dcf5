with

seats as (
    select * from {{ source('github_copilot', 'seats') }}
),

deliveries as (
    select * from {{ source('load_ledger', 'deliveries') }}
),

listed as (
    select
        seats._row_id,
        seats._delivery_id,
        seats._file,
        seats._row,
        coalesce(seats._path_organization, '') as list_scope,
        -- A file whose name tells no day is of the day of the last thing that its list knows.
        coalesce(
            cast(deliveries.delivered_at as {{ dbt.type_timestamp() }}),
            max(
                greatest(
                    cast(seats.created_at as {{ dbt.type_timestamp() }}),
                    cast(seats.updated_at as {{ dbt.type_timestamp() }}),
                    cast(seats.last_activity_at as {{ dbt.type_timestamp() }})
                )
            ) over (partition by seats._delivery_id)
        ) as listed_at,
        coalesce(seats.assignee_login, seats.assignee_id) as user_id,
        coalesce(seats.organization, nullif(seats._path_organization, '')) as organization,
        seats.team,
        -- Pages from before plans were told apart are of the only plan there was.
        case coalesce(lower(seats.plan_type), 'business')
            when 'business' then 'copilot_for_business'
            when 'enterprise' then 'copilot_enterprise'
            else 'copilot_' || lower(seats.plan_type)
        end as sku,
        cast(cast(seats.created_at as {{ dbt.type_timestamp() }}) as date) as held_since,
        cast(seats.pending_cancellation_date as date) as held_until,
        cast(cast(seats.last_activity_at as {{ dbt.type_timestamp() }}) as date) as last_activity_date

    from seats
    left join deliveries
        on seats._delivery_id = deliveries.delivery_id
),

-- Of several pulls of a day the last one speaks for it; pages drawn while the list changes can show a seat twice.
ranked as (
    select
        listed.*,
        cast(listed_at as date) as listed_on,
        rank() over (
            partition by list_scope, cast(listed_at as date)
            order by listed_at desc nulls last, _delivery_id desc nulls last
        ) as pull_recency,
        row_number() over (
            partition by list_scope, _delivery_id, user_id order by sku asc nulls last, _row_id asc nulls last
        ) as showing

    from listed
),

-- Seats without a holder are told apart by their number on the list.
held as (
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        list_scope,
        coalesce(user_id, 'nobody ' || list_scope || ' ' || cast(showing as {{ dbt.type_string() }})) as seat_holder,
        user_id,
        organization,
        team,
        sku,
        held_since,
        held_until,
        last_activity_date,
        listed_on

    from ranked
    where pull_recency = 1
        and (showing = 1 or user_id is null)
)

select * from held
