{% set columns = ledger_columns() | map('first') | list %}

with

posted as (
    select * from {{ ref('stg_closes__ledger') }}
),

closes as (
    select * from {{ ref('stg_closes__closes') }}
),

posted_ledger as (
    select
        {% for column in columns %}
        posted.{{ column }},
        {% endfor %}
        {{ hash_key(['posted.accounting_month'] + entry_key_columns()) }} as entry_key,
        posted.close_id,
        closes.approved_by,
        'closed' as period_status

    from posted
    left join closes
        on posted.close_id = closes.close_id
)

select * from posted_ledger
