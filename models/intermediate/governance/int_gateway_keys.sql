with

claimed as (
    select * from {{ ref('int_profiles_claimed') }}
    where method = 'gateway' and api_key_id is not null
),

-- Whoever calls through a gateway shares its key: that is what it is for.
gateway_keys as (
    select api_key_id
    from claimed
    group by api_key_id
)

select * from gateway_keys
