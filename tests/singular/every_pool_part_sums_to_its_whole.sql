-- What leaves a pool or an invoice is what went in: the residual of every proof is 0, in every measure.
select *
from {{ ref('fct_allocation_proof') }}
where residual <> 0 or effective_residual <> 0 or reporting_residual <> 0
