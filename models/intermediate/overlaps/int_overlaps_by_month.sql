{{ config(materialized='table') }}

{% set declared_columns = [
    'overlap_set', 'side', 'match_platform', 'match_source_table', 'match_service_name', 'match_sku',
    'match_sub_account_id', 'match_resource_id', 'match_metric', 'must_share', 'valid_from', 'valid_to',
] %}

with

overlap_rows as (
    select * from {{ ref('int_overlap_rows') }}
),

declared as (
    select * from {{ ref('stg_registers__overlaps') }}
),

closes as (
    select * from {{ ref('stg_closes__closes') }}
),

posted as (
    select * from {{ ref('stg_closes__overlaps') }}
),

open_months as (
    select overlap_rows.accounting_month

    from overlap_rows
    left join closes
        on overlap_rows.accounting_month = closes.accounting_month
    where closes.accounting_month is null
        and overlap_rows.accounting_month is not null
    group by overlap_rows.accounting_month
),

-- A closed month keeps the sets of its close, so that a later declaration moves nothing that was posted.
by_month as (
    select
        open_months.accounting_month,
        declared.{{ declared_columns | join(', declared.') }}

    from open_months
    cross join declared

    union all

    select
        accounting_month,
        {{ declared_columns | join(', ') }}

    from posted
)

select * from by_month
