-- The shares of a split sum to exactly 100 at every instant at which any of its rows is in force. Only a rule of the method
-- `even`, which ignores shares, may use one that does not. The shares change where a row begins or ends, nowhere else.
with

splits as (
    select * from {{ ref('stg_registers__allocation_splits') }}
),

shared as (
    select
        split_id,
        max(case when methods like '%|split|%' then 1 else 0 end) as is_shared,
        max(case when methods like '%|even|%' then 1 else 0 end) as is_even

    from (
        select
            split_id,
            '|' || method || '|' || replace(coalesce(fallback_method, ''), ' ', '') || '|' as methods

        from {{ ref('stg_registers__allocation_rules') }}
        where split_id is not null
    ) as rules
    group by split_id
),

instants as (
    select split_id, valid_from as changed_at from splits
    union all
    select split_id, valid_to as changed_at from splits
),

changes as (
    select
        split_id,
        changed_at

    from instants
    group by
        split_id,
        changed_at
),

summed as (
    select
        changes.split_id,
        changes.changed_at,
        sum(coalesce(splits.share_percent, 0)) as share_percent

    from changes
    inner join splits
        on changes.split_id = splits.split_id
            and changes.changed_at >= splits.valid_from
            and changes.changed_at < splits.valid_to
    group by
        changes.split_id,
        changes.changed_at
)

select summed.*
from summed
left join shared
    on summed.split_id = shared.split_id
where summed.share_percent <> 100
    and (coalesce(shared.is_shared, 0) = 1 or coalesce(shared.is_even, 0) = 0)
