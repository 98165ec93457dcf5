with

registered as (
    select * from {{ ref('stg_registers__identities') }}
),

listed as (
    select * from {{ ref('int_identities_unioned') }}
),

registered_versions as (
    select
        registered.platform,
        registered.identity_type,
        registered.identity_id,
        listed.identity_name,
        listed.parent_type,
        listed.parent_id,
        listed.vendor_status,
        registered.use_case_id,
        registered.cost_centre_code,
        registered.environment,
        true as is_registered,
        listed.identity_id is not null as is_vendor_listed,
        listed.first_listed_on,
        listed.last_listed_on,
        registered.valid_from,
        registered.valid_to

    from registered
    left join listed
        on registered.platform = listed.platform
            and registered.identity_type = listed.identity_type
            and registered.identity_id = listed.identity_id
),

-- What the vendor knows and no register does: nobody's, for as long as the list has known it.
unregistered as (
    select
        listed.platform,
        listed.identity_type,
        listed.identity_id,
        listed.identity_name,
        listed.parent_type,
        listed.parent_id,
        listed.vendor_status,
        registered.use_case_id,
        registered.cost_centre_code,
        registered.environment,
        false as is_registered,
        true as is_vendor_listed,
        listed.first_listed_on,
        listed.last_listed_on,
        {{ validity('null', 'null') }}

    from listed
    left join registered
        on listed.platform = registered.platform
            and listed.identity_type = registered.identity_type
            and listed.identity_id = registered.identity_id
    where registered.identity_id is null
),

unioned as (
    select * from registered_versions
    union all
    select * from unregistered
),

versions as (
    select
        {{ hash_key(['platform', 'identity_type', 'identity_id', 'valid_from']) }} as identity_version_id,
        unioned.*

    from unioned
)

select * from versions
