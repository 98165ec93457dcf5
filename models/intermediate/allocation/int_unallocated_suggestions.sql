with

unallocated as (
    select
        platform,
        identity_type,
        identity_id,
        unallocated_reason

    from {{ ref('int_allocations_unioned') }}
    where unallocated_reason is not null and identity_id is not null
    group by
        platform,
        identity_type,
        identity_id,
        unallocated_reason
),

registered as (
    select
        platform,
        identity_type,
        identity_id,
        coalesce(cost_centre_code, use_case_id) as owner_code,
        valid_to

    from {{ ref('int_registered_identities') }}
    where exception_id is null
),

cost_centres as (
    select cost_centre_code
    from {{ ref('stg_registers__cost_centres') }}
    group by cost_centre_code
),

-- The entry's own past owner, else the register entry that a typing error would have missed.
nearest_registered as (
    select
        unallocated.platform,
        unallocated.identity_type,
        unallocated.identity_id,
        unallocated.unallocated_reason,
        registered.identity_id as registered_identity_id,
        registered.owner_code,
        registered.valid_to,
        row_number() over (
            partition by
                unallocated.platform,
                unallocated.identity_type,
                unallocated.identity_id,
                unallocated.unallocated_reason
            order by
                levenshtein(unallocated.identity_id, registered.identity_id) asc nulls last,
                registered.valid_to desc nulls last,
                registered.identity_id asc nulls last,
                registered.owner_code asc nulls last
        ) as nearness

    from unallocated
    inner join registered
        on unallocated.identity_type = registered.identity_type
            and (registered.platform is null or unallocated.platform = registered.platform)
    where levenshtein(unallocated.identity_id, registered.identity_id) <= 2
),

nearest_codes as (
    select
        unallocated.platform,
        unallocated.identity_type,
        unallocated.identity_id,
        unallocated.unallocated_reason,
        cost_centres.cost_centre_code,
        row_number() over (
            partition by
                unallocated.platform,
                unallocated.identity_type,
                unallocated.identity_id,
                unallocated.unallocated_reason
            order by
                levenshtein(
                    upper(substr(unallocated.identity_id, instr(unallocated.identity_id, '=') + 1)),
                    upper(cost_centres.cost_centre_code)
                ) asc nulls last,
                cost_centres.cost_centre_code asc nulls last
        ) as nearness

    from unallocated
    cross join cost_centres
    where unallocated.identity_type = 'tag'
        and levenshtein(
            upper(substr(unallocated.identity_id, instr(unallocated.identity_id, '=') + 1)),
            upper(cost_centres.cost_centre_code)
        ) <= 2
),

suggested as (
    select
        unallocated.platform,
        unallocated.identity_type,
        unallocated.identity_id,
        unallocated.unallocated_reason,
        case
            when unallocated.unallocated_reason in ('unknown_cost_centre', 'closed_cost_centre')
                then 'Mend the cost centre that owns ' || unallocated.identity_id
                    || ': add it to cost_centres.csv or name a successor_code'
            when nearest_registered.registered_identity_id = unallocated.identity_id
                and unallocated.unallocated_reason = 'ownership_expired'
                then 'Owned by ' || coalesce(nearest_registered.owner_code, 'nobody') || ' until '
                    || substr(cast(nearest_registered.valid_to as {{ dbt.type_string() }}), 1, 10)
                    || ': add the next owner to identities.csv'
            when nearest_registered.registered_identity_id = unallocated.identity_id
                then 'Registered without an owner in force: name a use case or cost centre in identities.csv'
            when nearest_codes.cost_centre_code is not null
                then 'Tag value may be a slip of ' || nearest_codes.cost_centre_code
                    || ': mend the tag, or register it in identities.csv'
            when nearest_registered.registered_identity_id is not null
                then 'Close to registered ' || nearest_registered.registered_identity_id || ' of '
                    || coalesce(nearest_registered.owner_code, 'nobody') || ': check for a typing error'
            else 'Add ' || unallocated.platform || ',' || unallocated.identity_type || ',' || unallocated.identity_id
                || ' to identities.csv with its use case or cost centre'
        end as suggestion

    from unallocated
    left join nearest_registered
        on unallocated.platform = nearest_registered.platform
            and unallocated.identity_type = nearest_registered.identity_type
            and unallocated.identity_id = nearest_registered.identity_id
            and unallocated.unallocated_reason = nearest_registered.unallocated_reason
            and nearest_registered.nearness = 1
    left join nearest_codes
        on unallocated.platform = nearest_codes.platform
            and unallocated.identity_type = nearest_codes.identity_type
            and unallocated.identity_id = nearest_codes.identity_id
            and unallocated.unallocated_reason = nearest_codes.unallocated_reason
            and nearest_codes.nearness = 1
)

select * from suggested
