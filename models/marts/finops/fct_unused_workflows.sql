with

workflow_months as (
    select * from {{ ref('int_workflow_months') }}
),

workflow_usage as (
    select
        platform,
        workflow_id,
        {{ month_start('usage_date') }} as usage_month,
        max(usage_date) as last_used_date

    from {{ ref('int_usage_aggregated_to_day') }}
    where workflow_id is not null and quantity > 0
    group by
        platform,
        workflow_id,
        {{ month_start('usage_date') }}
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

-- What a workflow used counts on whatever platform it was metered: an orchestrator reports runs, a model's platform bills.
used as (
    select
        workflow_months.platform,
        workflow_months.workflow_id,
        workflow_months.accounting_month,
        max(case when workflow_usage.usage_month = workflow_months.accounting_month then 1 else 0 end) as is_used,
        max(workflow_usage.last_used_date) as last_used_date

    from workflow_months
    left join workflow_usage
        on workflow_months.workflow_id = workflow_usage.workflow_id
            and workflow_usage.usage_month <= workflow_months.accounting_month
    group by
        workflow_months.platform,
        workflow_months.workflow_id,
        workflow_months.accounting_month
),

-- Where no workflow at all was metered in a month nothing was reported, and nothing is known.
reported as (
    select
        platform,
        usage_month

    from workflow_usage
    group by
        platform,
        usage_month
),

reported_months as (
    select
        workflow_months.platform,
        workflow_months.accounting_month

    from workflow_months
    inner join reported
        on coalesce(workflow_months.platform, reported.platform) = reported.platform
            and workflow_months.accounting_month = reported.usage_month
    group by
        workflow_months.platform,
        workflow_months.accounting_month
),

judged as (
    select
        workflow_months.*,
        used.last_used_date,
        reported_months.accounting_month is not null as is_reported

    from workflow_months
    inner join used
        on coalesce(workflow_months.platform, '') = coalesce(used.platform, '')
            and workflow_months.workflow_id = used.workflow_id
            and workflow_months.accounting_month = used.accounting_month
    left join reported_months
        on coalesce(workflow_months.platform, '') = coalesce(reported_months.platform, '')
            and workflow_months.accounting_month = reported_months.accounting_month
    where used.is_used = 0
),

unused as (
    select
        {{ hash_key(['judged.platform', 'judged.workflow_id', 'judged.accounting_month']) }} as unused_workflow_id,
        judged.platform,
        judged.workflow_id,
        judged.use_case_id,
        judged.cost_centre_code,
        case
            when judged.reporting_cost <> 0 and judged.is_reported then 'spend without use'
            when judged.reporting_cost <> 0 then 'use not reported'
            when judged.last_used_date is null then 'never used'
            else 'no longer used'
        end as workflow_status,
        judged.reporting_currency,
        judged.reporting_cost,
        judged.is_registered,
        judged.last_used_date,
        judged.accounting_month,
        periods.period_status

    from judged
    left join periods
        on judged.accounting_month = periods.accounting_month
    where judged.reporting_cost <> 0 or judged.is_reported
)

select * from unused
