with

projects as (
    select * from {{ source('openai', 'projects') }}
),

api_keys as (
    select * from {{ source('openai', 'api_keys') }}
),

deliveries as (
    select * from {{ source('load_ledger', 'deliveries') }}
),

-- A page of keys does not name its project: the file's name does, unless the puller has added it to the records.
keys_with_project as (
    select
        api_keys.*,
        coalesce(project_id, nullif(regexp_extract(_file, '(proj_[A-Za-z0-9]+)', 1), '')) as key_project_id

    from api_keys
),

listed as (
    select
        _delivery_id,
        'project' as identity_type,
        id as identity_id,
        name as identity_name,
        cast(null as {{ dbt.type_string() }}) as parent_type,
        cast(null as {{ dbt.type_string() }}) as parent_id,
        status as vendor_status,
        cast(created_at as {{ dbt.type_timestamp() }}) as created_at,
        _row_id

    from projects
    union all
    select
        _delivery_id,
        'api_key' as identity_type,
        id as identity_id,
        name as identity_name,
        case when key_project_id is not null then 'project' end as parent_type,
        key_project_id as parent_id,
        owner_project_access as vendor_status,
        cast(created_at as {{ dbt.type_timestamp() }}) as created_at,
        _row_id

    from keys_with_project
),

-- Pages drawn while the list changes can show an entry twice in one pull.
ranked as (
    select
        listed.*,
        row_number() over (
            partition by _delivery_id, identity_type, identity_id
            order by _row_id asc nulls last
        ) as showing

    from listed
),

dated as (
    select
        'openai' as platform,
        ranked.identity_type,
        ranked.identity_id,
        ranked.identity_name,
        ranked.parent_type,
        ranked.parent_id,
        ranked.vendor_status,
        ranked.created_at,
        cast(deliveries.delivered_at as {{ dbt.type_timestamp() }}) as listed_at,
        ranked._delivery_id as delivery_id

    from ranked
    left join deliveries
        on ranked._delivery_id = deliveries.delivery_id
    where ranked.showing = 1
)

select * from dated
