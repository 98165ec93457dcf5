-- Usage at list price against the bill: a factor near 100 or 1,000 is cents read as dollars, or thousands as millions.
select *
from {{ ref('fct_rate_variance') }}
where is_unit_slip
