-- One row per row of the console's CSV in which no cell has a cost.
with

console as (
    select * from {{ source('cost_explorer', 'console') }}
)

select
    'cost_explorer__console' as source_table,
    _delivery_id as delivery_id,
    _file as file_name,
    _row as row_number,
    'a day without cost' as reason,
    cast(0 as {{ column_type('money') }}) as billed_amount,
    true as is_whole

from console
where costs is null and total_costs is null
