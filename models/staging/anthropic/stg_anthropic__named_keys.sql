with

identities as (
    select * from {{ ref('stg_anthropic__identities') }}
),

-- The Console's exports know keys and workspaces by name alone; a name that several bear tells nothing.
named as (
    select
        identity_type,
        lower(trim(identity_name)) as identity_name,
        min(identity_id) as identity_id

    from identities
    where identity_name is not null
    group by
        identity_type,
        lower(trim(identity_name))
    having min(identity_id) = max(identity_id)
)

select * from named
