{{ config(materialized='table') }}

{#- Few values in many rows: patterns meet each combination of them once. -#}
{% set common_columns = ['platform', 'source_table', 'service_name', 'metric'] %}
{% set own_columns = ['sku', 'sub_account_id', 'resource_id'] %}

with

patterns as (
    select * from {{ ref('int_overlap_patterns') }}
),

-- Read once for its kinds and once for its rows: a common table expression of both would keep all usage in memory.
kinds as (
    select
        row_kind,
        accounting_month,
        {{ common_columns | join(', ') }}

    from {{ ref('int_overlap_rows') }}
    group by
        row_kind,
        accounting_month,
        {{ common_columns | join(', ') }}
),

-- A missing value is an empty text here: only `*` takes it.
kinds_matched as (
    select
        kinds.row_kind,
        kinds.accounting_month,
        {% for column in common_columns %}
        kinds.{{ column }},
        {% endfor %}
        patterns.overlap_set,
        patterns.side,
        patterns.must_share,
        {% for column in own_columns %}
        patterns.{{ column }}_pattern,
        {% endfor %}
        patterns.valid_from,
        patterns.valid_to

    from kinds
    inner join patterns
        on kinds.row_kind = patterns.row_kind
            and kinds.accounting_month = patterns.accounting_month
            {% for column in common_columns %}
            and lower(coalesce(kinds.{{ column }}, '')) like patterns.{{ column }}_pattern escape '^'
            {% endfor %}
),

rows_matched as (
    select
        overlap_rows.row_kind,
        overlap_rows.row_id,
        kinds_matched.overlap_set,
        kinds_matched.side,
        overlap_rows.platform,
        overlap_rows.accounting_month,
        case kinds_matched.must_share
            when 'resource_id' then lower(overlap_rows.resource_id)
            when 'sub_account_id' then lower(overlap_rows.sub_account_id)
            when 'day' then cast(cast(overlap_rows.row_start as date) as {{ dbt.type_string() }})
            else ''
        end as shared_value

    from {{ ref('int_overlap_rows') }} as overlap_rows
    inner join kinds_matched
        on overlap_rows.row_kind = kinds_matched.row_kind
            and overlap_rows.accounting_month = kinds_matched.accounting_month
            {% for column in common_columns %}
            and coalesce(overlap_rows.{{ column }}, '') = coalesce(kinds_matched.{{ column }}, '')
            {% endfor %}
            {% for column in own_columns %}
            and lower(coalesce(overlap_rows.{{ column }}, '')) like kinds_matched.{{ column }}_pattern escape '^'
            {% endfor %}
            and overlap_rows.row_start >= kinds_matched.valid_from
            and overlap_rows.row_start < kinds_matched.valid_to
),

-- Where nothing could be kept out, nobody need know what counts: of a whole cloud bill few rows remain.
places as (
    select
        row_kind,
        overlap_set,
        accounting_month,
        shared_value

    from rows_matched
    where side = 'kept' and shared_value is not null
    group by
        row_kind,
        overlap_set,
        accounting_month,
        shared_value
),

-- A row that patterns of both sides match counts.
sides as (
    select
        rows_matched.row_kind,
        rows_matched.row_id,
        rows_matched.overlap_set,
        min(rows_matched.side) as side,
        max(rows_matched.platform) as platform,
        rows_matched.accounting_month,
        rows_matched.shared_value

    from rows_matched
    inner join places
        on rows_matched.row_kind = places.row_kind
            and rows_matched.overlap_set = places.overlap_set
            and rows_matched.accounting_month = places.accounting_month
            and rows_matched.shared_value = places.shared_value
    group by
        rows_matched.row_kind,
        rows_matched.row_id,
        rows_matched.overlap_set,
        rows_matched.accounting_month,
        rows_matched.shared_value
)

select * from sides
