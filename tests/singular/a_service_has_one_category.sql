-- FOCUS gives each service name exactly one category; the Foundation's validator refuses a file in which one has two.
select
    service_name,
    count(distinct service_category) as category_count

from {{ ref('fct_focus_allocated') }}
group by service_name
having count(distinct service_category) > 1
