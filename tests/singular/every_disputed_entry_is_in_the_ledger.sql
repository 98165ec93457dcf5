-- A dispute names an entry by its allocation_id, which only a build can look for: whoever raised it must be told, or nobody
-- ever answers. The id changes where the receiver or the charges behind the entry changed; `chargeback explain` lists ids.
{{ config(severity='warn') }}

select
    dispute_id,
    allocation_id,
    raised_by_cost_centre_code,
    status

from {{ ref('fct_disputes') }}
where not has_entry
