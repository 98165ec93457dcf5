-- What one overlap set keeps out is not what another counts on: both sides of a purchase could go, and money vanish.
select
    kept.row_kind,
    kept.row_id,
    kept.overlap_set,
    counted.overlap_set as counting_overlap_set

from {{ ref('int_overlaps_met') }} as kept
inner join {{ ref('int_overlap_sides') }} as counted
    on kept.row_kind = counted.row_kind
        and kept.row_id = counted.row_id
where counted.side = 'counted'
