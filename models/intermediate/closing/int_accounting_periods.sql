{{ config(materialized='table') }}

with

inputs as (
    select * from {{ ref('int_period_inputs') }}
),

closes as (
    select * from {{ ref('stg_closes__closes') }}
),

invoices as (
    select * from {{ ref('stg_registers__invoices') }}
),

settlements as (
    select * from {{ ref('int_platform_settlements') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

-- Every month that charges, usage, invoices or a close speak of, and the one after each: adjustments may go there.
mentioned as (
    select accounting_month from inputs
    union all
    select accounting_month from closes
    union all
    select billing_month as accounting_month from invoices
    union all
    select {{ month_start(add_months('accounting_month', 1)) }} as accounting_month from closes
),

months as (
    select accounting_month
    from mentioned
    where accounting_month is not null
    group by accounting_month
),

open_months as (
    select months.accounting_month

    from months
    left join closes
        on months.accounting_month = closes.accounting_month
    where closes.close_id is null
),

posting_months as (
    select
        closes.accounting_month,
        min(open_months.accounting_month) as posting_month

    from closes
    inner join open_months
        on closes.accounting_month < open_months.accounting_month
    group by closes.accounting_month
),

unsettled as (
    select
        accounting_month,
        {{ sorted_text('platform', "', '") }} as unsettled_platforms

    from settlements
    where not is_settled
    group by accounting_month
),

periods as (
    select
        months.accounting_month,
        case
            when closes.close_id is not null then 'closed'
            when as_of.as_of_date >= {{ month_start(add_months('months.accounting_month', 1)) }} then 'provisional'
            else 'open'
        end as period_status,
        closes.close_id,
        closes.approved_by,
        unsettled.unsettled_platforms,
        closes.input_fingerprint as posted_fingerprint,
        inputs.input_fingerprint as current_fingerprint,
        coalesce(inputs.charge_count, 0) as charge_count,
        coalesce(closes.override_count, 0) as override_count,
        coalesce(inputs.charge_count, 0) > 0 and unsettled.accounting_month is null as is_settled,
        closes.close_id is not null
        and coalesce(closes.input_fingerprint, '') <> coalesce(inputs.input_fingerprint, '') as is_restated,
        posting_months.posting_month,
        closes.closed_at

    from months
    cross join as_of
    left join closes
        on months.accounting_month = closes.accounting_month
    left join inputs
        on months.accounting_month = inputs.accounting_month
    left join unsettled
        on months.accounting_month = unsettled.accounting_month
    left join posting_months
        on months.accounting_month = posting_months.accounting_month
)

select * from periods
