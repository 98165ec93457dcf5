{% set columns = passed_on_columns() + [('close_id', 'string')] %}

with

posted as (
    select * from {{ source('closes', 'passed_on') }}
),

typed as (
    {{ select_columns('posted', columns | map('first') | list, columns) }}
)

select * from typed
