{{ config(severity='warn') }}
-- What no rule of its tier claims stays with a shared service, which then pays. Owner: who keeps allocation_rules.csv.
select
    ledger.cost_centre_code,
    ledger.platform,
    ledger.accounting_month,
    sum(ledger.reporting_cost) as reporting_cost

from {{ ref('fct_allocation_ledger') }} as ledger
inner join {{ ref('int_shared_services') }} as services
    on ledger.cost_centre_code = services.cost_centre_code
        and cast(ledger.accounting_month as timestamp) >= services.valid_from
        and cast(ledger.accounting_month as timestamp) < services.valid_to
group by
    ledger.cost_centre_code,
    ledger.platform,
    ledger.accounting_month
having sum(ledger.reporting_cost) <> 0
