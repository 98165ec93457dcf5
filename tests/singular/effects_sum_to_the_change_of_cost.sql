-- Volume, price, mix, new, ended and unmetered are the change of cost, to the last decimal; and what a month shows here is what
-- showback shows of it, for every month that has one before it.
with

showback as (
    select cost_centre_code, platform, use_case_id, accounting_month, sum(reporting_cost) as reporting_cost
    from {{ ref('fct_showback_monthly') }}
    group by cost_centre_code, platform, use_case_id, accounting_month
),

months_before as (
    select accounting_month
    from showback
    group by accounting_month
),

missing as (
    select
        showback.cost_centre_code,
        showback.platform,
        showback.use_case_id,
        showback.accounting_month

    from showback
    inner join months_before
        on showback.accounting_month = {{ month_start(add_months('months_before.accounting_month', 1)) }}
    left join {{ ref('fct_cost_change_drivers') }} as drivers
        on showback.cost_centre_code = drivers.cost_centre_code
            and showback.platform = drivers.platform
            and coalesce(showback.use_case_id, '') = coalesce(drivers.use_case_id, '')
            and showback.accounting_month = drivers.accounting_month
    where coalesce(drivers.reporting_cost, 0) <> showback.reporting_cost
)

select
    cost_centre_code,
    platform,
    use_case_id,
    accounting_month

from {{ ref('fct_cost_change_drivers') }}
where reporting_cost - previous_month_reporting_cost <> month_on_month_change
    or volume_effect + price_effect + mix_effect + new_effect + ended_effect + unmetered_effect <> month_on_month_change

union all

select
    cost_centre_code,
    platform,
    use_case_id,
    accounting_month

from missing
