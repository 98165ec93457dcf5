-- FOCUS gives a service one category; rules that match by category would otherwise claim half a service. Any AWS bill.
select
    service_name,
    count(distinct service_category) as category_count

from {{ ref('stg_aws__usage_types') }}
group by service_name
having count(distinct service_category) > 1
