{#- The platforms that list their own keys, projects and workspaces. -#}
{% set listing_platforms = ['openai', 'anthropic', 'databricks'] %}

with

listed as (
    {% for platform in listing_platforms %}
    select
        platform,
        identity_type,
        identity_id,
        identity_name,
        parent_type,
        parent_id,
        vendor_status,
        listed_at

    from {{ ref('stg_' ~ platform ~ '__identities') }}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

ranked as (
    select
        listed.*,
        row_number() over (
            partition by platform, identity_type, identity_id
            order by
                listed_at desc nulls last,
                identity_name asc nulls last,
                vendor_status asc nulls last,
                parent_id asc nulls last
        ) as recency,
        min(listed_at) over (partition by platform, identity_type, identity_id) as first_listed_on,
        max(listed_at) over (partition by platform, identity_type, identity_id) as last_listed_on

    from listed
    where identity_id is not null
),

-- The newest listing names it; what a list ever held stays known, deleted keys too.
identities as (
    select
        platform,
        identity_type,
        identity_id,
        identity_name,
        parent_type,
        parent_id,
        vendor_status,
        cast(first_listed_on as date) as first_listed_on,
        cast(last_listed_on as date) as last_listed_on

    from ranked
    where recency = 1
)

select * from identities
