{% set columns = ledger_columns() + [('close_id', 'string')] %}

with

recomputed as (
    select * from {{ source('closes', 'recomputed_ledger') }}
),

typed as (
    {{ select_columns('recomputed', columns | map('first') | list, columns) }}
)

select * from typed
