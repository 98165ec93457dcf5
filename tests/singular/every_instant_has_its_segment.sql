-- Every charge and every usage row falls into exactly one stretch between two register changes; without one it has no owner.
select charge_id as row_id
from {{ ref('int_charges_profiled') }}
where segment_start is null or day_segment_start is null

union all

select owner_profile_id as row_id
from {{ ref('int_usage_aggregated_to_day') }}
where segment_start is null
