-- From the journals to the invoice nothing is missing: what is charged back, shown, centrally paid and unallocated, less
-- amortisation, is what was billed, and that less tax and prepaid credit is the invoice, but for the difference. The same
-- four in the reporting currency are the invoice at its rate, but for the rounding of single charges.
select *
from {{ ref('fct_invoice_reconciliation') }}
where chargeback_cost + showback_cost + central_cost + unallocated_cost - amortisation <> ledger_cost
    or ledger_cost <> billed_cost
    or invoice_kind = 'usage'
    and coalesce(invoice_amount, 0) <> billed_cost - tax_cost - prepaid_cost + difference
    or chargeback_reporting_cost + showback_reporting_cost + central_reporting_cost + unallocated_reporting_cost
    <> reporting_cost
    or reporting_cost - exchange_rounding <> cast(
        cast(billed_cost + amortisation as decimal(24, 10)) * coalesce(exchange_rate, 0) as {{ column_type('money') }}
    )
