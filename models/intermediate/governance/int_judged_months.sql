with

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

reporting_currencies as (
    select
        upper(value) as reporting_currency,
        valid_from,
        valid_to

    from {{ ref('stg_registers__policy') }}
    where setting = 'reporting_currency'
),

-- A month that goes on is looked at as of today, every other as of its last instant.
begun as (
    select
        periods.accounting_month,
        periods.period_status,
        cast(periods.accounting_month as timestamp) as month_start_at,
        cast({{ month_start(add_months('periods.accounting_month', 1)) }} as timestamp) as month_end_at,
        {{ add_days('as_of.as_of_date', 1) }} as known_before

    from periods
    inner join as_of
        on periods.accounting_month <= as_of.as_of_date
),

judged as (
    select
        begun.accounting_month,
        begun.period_status,
        reporting_currencies.reporting_currency,
        row_number() over (order by begun.accounting_month asc nulls last) as month_number,
        begun.month_end_at <= begun.known_before as has_ended,
        cast({{ add_days('least(begun.month_end_at, begun.known_before)', -1) }} as date) as judged_on,
        begun.month_start_at,
        least(begun.month_end_at, begun.known_before) as judged_before

    from begun
    left join reporting_currencies
        on begun.month_start_at >= reporting_currencies.valid_from
            and begun.month_start_at < reporting_currencies.valid_to
)

select * from judged
