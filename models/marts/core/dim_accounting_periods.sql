with

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

accounting_periods as (
    select
        accounting_month,
        period_status,
        close_id,
        approved_by,
        unsettled_platforms,
        charge_count,
        override_count,
        is_settled,
        is_restated,
        posting_month,
        closed_at

    from periods
)

select * from accounting_periods
