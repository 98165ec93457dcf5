with

workspaces as (
    select * from {{ ref('stg_anthropic__workspaces') }}
),

api_keys as (
    select * from {{ source('anthropic', 'api_keys') }}
),

deliveries as (
    select * from {{ source('load_ledger', 'deliveries') }}
),

-- Pages drawn while the list changes can show a key twice in one pull.
ranked_keys as (
    select
        api_keys.*,
        coalesce(scope_workspace_id, workspace_id) as key_workspace_id,
        row_number() over (partition by _delivery_id, id order by _row_id asc nulls last) as showing

    from api_keys
),

listed as (
    select
        'anthropic' as platform,
        'workspace' as identity_type,
        workspace_id as identity_id,
        workspace_name as identity_name,
        cast(null as {{ dbt.type_string() }}) as parent_type,
        cast(null as {{ dbt.type_string() }}) as parent_id,
        vendor_status,
        created_at,
        listed_at,
        delivery_id

    from workspaces
    union all
    select
        'anthropic' as platform,
        'api_key' as identity_type,
        ranked_keys.id as identity_id,
        ranked_keys.name as identity_name,
        case when ranked_keys.key_workspace_id is not null then 'workspace' end as parent_type,
        ranked_keys.key_workspace_id as parent_id,
        ranked_keys.status as vendor_status,
        cast(ranked_keys.created_at as {{ dbt.type_timestamp() }}) as created_at,
        cast(deliveries.delivered_at as {{ dbt.type_timestamp() }}) as listed_at,
        ranked_keys._delivery_id as delivery_id

    from ranked_keys
    left join deliveries
        on ranked_keys._delivery_id = deliveries.delivery_id
    where ranked_keys.showing = 1
)

select * from listed
