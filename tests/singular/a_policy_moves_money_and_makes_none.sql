-- Under another policy a month costs what it costs under today's: what some pay more, others pay less. A director who
-- approves a candidate relies on it.
select
    comparison_id,
    accounting_month,
    sum(reporting_cost_change) as reporting_cost_change

from {{ ref('fct_policy_comparison') }}
group by
    comparison_id,
    accounting_month
having sum(reporting_cost_change) <> 0
