{{ config(severity='warn') }}
-- Rules in force whose review date has passed. Owner: who keeps the rule (rule_owner in allocation_rules.csv).
select *
from {{ ref('dim_allocation_rules') }}
where is_review_overdue
