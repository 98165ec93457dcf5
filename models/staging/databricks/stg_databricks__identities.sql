with

served_entities as (
    select * from {{ source('databricks', 'served_entities') }}
),

deliveries as (
    select * from {{ source('load_ledger', 'deliveries') }}
),

endpoints as (
    select
        _delivery_id,
        endpoint_name as identity_id,
        min(workspace_id) as parent_id,
        min(cast(change_time as {{ dbt.type_timestamp() }})) as created_at,
        case when count(endpoint_delete_time) = count(*) then 'deleted' end as vendor_status

    from served_entities
    where endpoint_name is not null
    group by
        _delivery_id,
        endpoint_name
),

dated as (
    select
        'databricks' as platform,
        'endpoint' as identity_type,
        endpoints.identity_id,
        endpoints.identity_id as identity_name,
        case when endpoints.parent_id is not null then 'workspace' end as parent_type,
        endpoints.parent_id,
        endpoints.vendor_status,
        endpoints.created_at,
        cast(deliveries.delivered_at as {{ dbt.type_timestamp() }}) as listed_at,
        endpoints._delivery_id as delivery_id

    from endpoints
    left join deliveries
        on endpoints._delivery_id = deliveries.delivery_id
)

select * from dated
