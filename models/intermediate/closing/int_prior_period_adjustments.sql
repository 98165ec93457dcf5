{% set key = entry_key_columns() %}
{{ config(materialized='table') }}

with

periods as (
    select * from {{ ref('int_accounting_periods') }}
    where period_status = 'closed'
),

posted as (
    select * from {{ ref('stg_closes__ledger') }}
),

posted_adjustments as (
    select * from {{ ref('stg_closes__adjustments') }}
),

recomputations as (
    select * from {{ ref('stg_closes__recomputations') }}
),

recomputed as (
    select * from {{ ref('stg_closes__recomputed_ledger') }}
),

-- What a closed month comes to now: as posted while its inputs are as they were, else by the recomputation of just
-- these inputs. A month that still lacks one is left out, and a test says so.
known as (
    select
        periods.accounting_month,
        periods.close_id,
        periods.posting_month,
        periods.is_restated

    from periods
    left join recomputations
        on periods.close_id = recomputations.close_id
            and periods.current_fingerprint = recomputations.input_fingerprint
    where not periods.is_restated or recomputations.close_id is not null
),

signed_entries as (
    select
        known.accounting_month as original_month,
        {{ key | join(', ') }},
        cast(null as {{ dbt.type_string() }}) as posted_allocation_id,
        recomputed.billed_cost,
        recomputed.effective_cost,
        recomputed.reporting_cost

    from known
    inner join recomputed
        on known.close_id = recomputed.close_id
    where known.is_restated

    union all

    select
        known.accounting_month as original_month,
        {{ key | join(', ') }},
        posted.allocation_id as posted_allocation_id,
        -- What was posted stands on both sides where nothing was restated.
        case when known.is_restated then -posted.billed_cost else 0 end as billed_cost,
        case when known.is_restated then -posted.effective_cost else 0 end as effective_cost,
        case when known.is_restated then -posted.reporting_cost else 0 end as reporting_cost

    from known
    inner join posted
        on known.close_id = posted.close_id

    union all

    select
        known.accounting_month as original_month,
        {{ key | join(', ') }},
        cast(null as {{ dbt.type_string() }}) as posted_allocation_id,
        -posted_adjustments.billed_cost as billed_cost,
        -posted_adjustments.effective_cost as effective_cost,
        -posted_adjustments.reporting_cost as reporting_cost

    from known
    inner join posted_adjustments
        on known.accounting_month = posted_adjustments.original_month
),

summed as (
    select
        original_month,
        {{ key | join(', ') }},
        min(posted_allocation_id) as original_allocation_id,
        cast(sum(billed_cost) as {{ column_type('money') }}) as billed_cost,
        cast(sum(effective_cost) as {{ column_type('money') }}) as effective_cost,
        cast(sum(reporting_cost) as {{ column_type('money') }}) as reporting_cost

    from signed_entries
    group by
        original_month,
        {{ key | join(', ') }}
    having sum(billed_cost) <> 0 or sum(effective_cost) <> 0 or sum(reporting_cost) <> 0
),

keyed as (
    select
        {{ hash_key(['original_month'] + key) }} as entry_key,
        summed.*

    from summed
),

adjustments as (
    select
        {{ hash_key(['keyed.entry_key', 'known.posting_month']) }} as adjustment_id,
        keyed.entry_key,
        known.close_id as original_close_id,
        keyed.original_allocation_id,
        {% for column in key %}
        keyed.{{ column }},
        {% endfor %}
        keyed.billed_cost,
        keyed.effective_cost,
        keyed.reporting_cost,
        keyed.original_month,
        known.posting_month as accounting_month

    from keyed
    inner join known
        on keyed.original_month = known.accounting_month
)

select * from adjustments
