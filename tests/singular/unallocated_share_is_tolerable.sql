{{ config(severity='warn') }}
-- The unallocated share of a platform's month over `unallocated_warn_share`. Owner: who keeps identities.csv.
select *
from {{ ref('fct_data_quality') }}
where check_name = 'unallocated_share' and state in ('warn', 'error')
