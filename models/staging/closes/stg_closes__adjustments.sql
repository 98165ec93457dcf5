{% set columns = adjustment_columns() + [('close_id', 'string')] %}

with

posted as (
    select * from {{ source('closes', 'adjustments') }}
),

typed as (
    {{ select_columns('posted', columns | map('first') | list, columns) }}
)

select * from typed
