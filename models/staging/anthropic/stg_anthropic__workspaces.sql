with

workspaces as (
    select * from {{ source('anthropic', 'workspaces') }}
),

deliveries as (
    select * from {{ source('load_ledger', 'deliveries') }}
),

-- Pages drawn while the list changes can show a workspace twice in one pull.
listed as (
    select
        workspaces.id as workspace_id,
        workspaces.name as workspace_name,
        nullif(workspaces.tags, '{}') as tags,
        workspaces.archived_at,
        workspaces.created_at,
        workspaces._delivery_id as delivery_id,
        cast(deliveries.delivered_at as {{ dbt.type_timestamp() }}) as listed_at,
        row_number() over (
            partition by workspaces._delivery_id, workspaces.id
            order by workspaces._row_id asc nulls last
        ) as showing

    from workspaces
    left join deliveries
        on workspaces._delivery_id = deliveries.delivery_id
),

numbered as (
    select
        workspace_id,
        workspace_name,
        tags,
        archived_at,
        created_at,
        delivery_id,
        listed_at,
        row_number() over (partition by workspace_id order by listed_at asc nulls last, delivery_id asc nulls last)
            as listing,
        lead(listed_at) over (partition by workspace_id order by listed_at asc nulls last, delivery_id asc nulls last)
            as next_listed_at

    from listed
    where showing = 1
),

-- What a pull shows holds from that pull to the next; before the first pull nothing better is known than what it shows.
spans as (
    select
        workspace_id,
        workspace_name,
        tags,
        case when archived_at is not null then 'archived' else 'active' end as vendor_status,
        delivery_id,
        cast(created_at as {{ dbt.type_timestamp() }}) as created_at,
        listed_at,
        case when listing = 1 then cast('1900-01-01 00:00:00' as {{ dbt.type_timestamp() }}) else listed_at end
            as valid_from,
        coalesce(next_listed_at, cast('9999-12-31 00:00:00' as {{ dbt.type_timestamp() }})) as valid_to

    from numbered
)

select * from spans
