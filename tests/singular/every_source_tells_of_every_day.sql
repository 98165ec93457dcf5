{{ config(severity='warn') }}
-- Days of which nothing came, from a source that tells something of each. Owner: who fetches the export.
select *
from {{ ref('fct_data_quality') }}
where check_name = 'source_days' and state in ('warn', 'error')
