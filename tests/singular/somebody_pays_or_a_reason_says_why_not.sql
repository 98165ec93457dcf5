-- A cost centre is named exactly where no reason is, and so is a billing mode. Reports divide the ledger on it.
select *
from {{ ref('fct_allocation_ledger') }}
where (cost_centre_code is null) = (unallocated_reason is null)
    or (billing_mode is null) = (unallocated_reason is null)
