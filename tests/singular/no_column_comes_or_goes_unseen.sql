{{ config(severity='warn') }}
-- A column is gone from an export, or there is one that nobody reads. Owner: who makes the export.
select *
from {{ ref('fct_data_quality') }}
where check_name = 'columns' and state in ('warn', 'error')
