-- A rule that splits, by its method or a fallback, names a split that has rows: a missing one would leave its pools unallocated.
with

rules as (
    select
        rule_id,
        rule_version,
        split_id,
        '|' || method || '|' || replace(coalesce(fallback_method, ''), ' ', '') || '|' as methods

    from {{ ref('stg_registers__allocation_rules') }}
),

splits as (
    select split_id
    from {{ ref('stg_registers__allocation_splits') }}
    group by split_id
)

select rules.*
from rules
left join splits
    on rules.split_id = splits.split_id
where splits.split_id is null
    and (rules.methods like '%|split|%' or rules.methods like '%|even|%')
