with

recomputations as (
    select * from {{ source('closes', 'recomputations') }}
),

typed as (
    select
        close_id,
        input_fingerprint,
        cast(accounting_month as date) as accounting_month

    from recomputations
)

select * from typed
