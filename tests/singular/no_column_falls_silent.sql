{{ config(severity='warn') }}
-- A column that used to have values has none, or far fewer: rules and owners that look for them miss. Owner: who makes the export.
select *
from {{ ref('fct_data_quality') }}
where check_name = 'null_rates' and state in ('warn', 'error')
