-- A set says what counts and what is kept, of charges or of usage, and what both must share; one side alone says nothing.
select
    overlap_set,
    count(distinct side) as side_count,
    count(distinct case when match_metric is null then 'charges' else 'usage' end) as kind_count,
    count(distinct coalesce(must_share, '')) as shared_count

from {{ ref('stg_registers__overlaps') }}
group by overlap_set
having count(distinct side) <> 2
    or count(distinct case when match_metric is null then 'charges' else 'usage' end) <> 1
    or count(distinct coalesce(must_share, '')) <> 1
