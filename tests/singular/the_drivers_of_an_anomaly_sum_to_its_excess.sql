-- Per anomalous day the four drivers sum to the day's excess exactly, and the excess is the day's cost less the usual day's.
select
    anomaly_id,
    sum(contribution_cost) - max(excess_cost) as difference

from {{ ref('fct_cost_anomalies') }}
group by anomaly_id
having sum(contribution_cost) <> max(excess_cost)
    or max(excess_cost) <> max(daily_cost) - max(baseline_cost)
    or count(*) <> 4
