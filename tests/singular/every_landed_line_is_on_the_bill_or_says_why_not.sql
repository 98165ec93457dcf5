-- Of every delivery of a bill, the rows and the money that the load ledger recorded from the raw text are those on the bill
-- (FOCUS), those that another bill tells of, those that a newer delivery replaced and those that staging leaves out for a
-- reason it names: nothing is lost between the vendor's file and the ledger. Where a price list makes the money, rows alone.
select *
from {{ ref('fct_delivery_reconciliation') }}
where outcome = 'unexplained'
