{% set columns = journal_line_columns() | map('first') | list %}

with

drafts as (
    select * from {{ ref('int_journal_lines') }}
),

posted as (
    select * from {{ ref('stg_closes__journal_lines') }}
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

united as (
    select
        {{ columns | join(', ') }},
        'draft' as status,
        cast(null as {{ dbt.type_string() }}) as close_id

    from drafts

    union all

    select
        {{ columns | join(', ') }},
        'posted' as status,
        close_id

    from posted
),

journal_lines as (
    select
        {% for column in columns %}
        united.{{ column }},
        {% endfor %}
        united.status,
        united.close_id,
        periods.period_status

    from united
    left join periods
        on united.accounting_month = periods.accounting_month
)

select * from journal_lines
