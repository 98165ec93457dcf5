{% set journal = [
    'journal_kind', 'platform', 'billing_account_id', 'invoice_id', 'legal_entity_code', 'reporting_currency',
    'original_month', 'accounting_month',
] %}

with

amounts as (
    select * from {{ ref('int_journal_amounts_rounded') }}
    where journal_amount <> 0
),

policy as (
    select * from {{ ref('stg_registers__policy') }}
),

programme as (
    select * from {{ ref('int_programme_cost_centres') }}
),

cost_centres as (
    select * from {{ ref('int_cost_centres_in_month') }}
),

cost_centre_lines as (
    select
        {{ journal | join(', ') }},
        'cost_centre' as line_type,
        cost_centre_code,
        gl_account,
        exact_amount,
        journal_amount

    from amounts
),

-- Summed before the join: above a left join whose right side is known to be empty, DuckDB 2.0.0 takes every sum for 0.
summed as (
    select
        {{ journal | join(', ') }},
        sum(exact_amount) as exact_amount,
        sum(journal_amount) as journal_amount

    from amounts
    group by {{ journal | join(', ') }}
    having sum(journal_amount) <> 0
),

-- The other side of a journal: the clearing account gives what the cost centres take.
clearing_lines as (
    select
        {% for column in journal %}
        summed.{{ column }},
        {% endfor %}
        'clearing' as line_type,
        cast(null as {{ dbt.type_string() }}) as cost_centre_code,
        policy.value as gl_account,
        -summed.exact_amount as exact_amount,
        -summed.journal_amount as journal_amount

    from summed
    left join policy
        on policy.setting = 'clearing_account'
            and cast(summed.accounting_month as timestamp) >= policy.valid_from
            and cast(summed.accounting_month as timestamp) < policy.valid_to
),

lines as (
    select * from cost_centre_lines
    union all
    select * from clearing_lines
),

-- The legal entity that the invoices are cleared in is the AI programme's; lines of another one are across entities.
clearing_entities as (
    select
        cost_centres.accounting_month,
        cost_centres.legal_entity_code

    from cost_centres
    inner join programme
        on cost_centres.cost_centre_code = programme.paying_cost_centre_code
            and cast(cost_centres.accounting_month as timestamp) >= programme.valid_from
            and cast(cost_centres.accounting_month as timestamp) < programme.valid_to
),

numbered as (
    select
        {{ hash_key(journal) }} as journal_id,
        lines.*,
        row_number() over (
            partition by {{ journal | join(', ') }}
            order by
                case when line_type = 'clearing' then 1 else 0 end asc nulls last,
                cost_centre_code asc nulls last,
                gl_account asc nulls last
        ) as line_number

    from lines
),

journal_lines as (
    select
        {{ hash_key(['numbered.journal_id', 'numbered.line_number']) }} as journal_line_id,
        numbered.journal_id,
        numbered.journal_kind,
        numbered.platform,
        numbered.billing_account_id,
        numbered.invoice_id,
        numbered.legal_entity_code,
        numbered.line_type,
        numbered.cost_centre_code,
        numbered.gl_account,
        numbered.reporting_currency as currency,
        cast(numbered.line_number as {{ dbt.type_bigint() }}) as line_number,
        cast(case when numbered.journal_amount > 0 then numbered.journal_amount else 0 end as {{ column_type('money') }})
            as debit_amount,
        cast(case when numbered.journal_amount < 0 then -numbered.journal_amount else 0 end as {{ column_type('money') }})
            as credit_amount,
        cast(numbered.exact_amount as {{ column_type('money') }}) as exact_amount,
        numbered.legal_entity_code is not null
        and numbered.legal_entity_code <> coalesce(clearing_entities.legal_entity_code, '') as is_cross_entity,
        numbered.journal_kind = 'adjustment' as is_adjustment,
        numbered.original_month,
        numbered.accounting_month

    from numbered
    left join clearing_entities
        on numbered.accounting_month = clearing_entities.accounting_month
)

select * from journal_lines
