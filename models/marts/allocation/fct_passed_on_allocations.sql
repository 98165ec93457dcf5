{% set columns = passed_on_columns() | map('first') | list %}

with

entries as (
    select * from {{ ref('int_allocations_unioned') }}
    where onward_pool_id is not null
),

posted as (
    select * from {{ ref('stg_closes__passed_on') }}
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

passed_on as (
    select
        {% for column in columns %}
        entries.{{ column }},
        {% endfor %}
        periods.period_status

    from entries
    left join periods
        on entries.accounting_month = periods.accounting_month
    where coalesce(periods.period_status, 'open') <> 'closed'

    union all

    select
        {% for column in columns %}
        posted.{{ column }},
        {% endfor %}
        'closed' as period_status

    from posted
)

select * from passed_on
