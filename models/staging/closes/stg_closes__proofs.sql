{% set columns = proof_columns() + [('close_id', 'string')] %}

with

posted as (
    select * from {{ source('closes', 'proof') }}
),

typed as (
    {{ select_columns('posted', columns | map('first') | list, columns) }}
)

select * from typed
