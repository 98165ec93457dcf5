{% set columns = journal_line_columns() + [('close_id', 'string')] %}

with

posted as (
    select * from {{ source('closes', 'journal') }}
),

typed as (
    {{ select_columns('posted', columns | map('first') | list, columns) }}
)

select * from typed
