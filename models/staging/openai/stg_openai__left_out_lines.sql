-- One row per row of times alone in the dashboard's export: a day without cost.
with

dashboard_cost as (
    select * from {{ source('openai', 'dashboard_cost') }}
)

select
    'openai__dashboard_cost' as source_table,
    _delivery_id as delivery_id,
    _file as file_name,
    _row as row_number,
    'a day without cost' as reason,
    cast(0 as {{ column_type('money') }}) as billed_amount,
    true as is_whole

from dashboard_cost
where amount_value is null and line_item is null and project_id is null
