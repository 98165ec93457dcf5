{{ config(materialized='table') }}

{% set matched_columns = [
    'platform', 'source_table', 'service_name', 'sku', 'sub_account_id', 'resource_id', 'metric',
] %}
{% set plain = ['accounting_month', 'overlap_set', 'side', 'row_kind', 'must_share', 'valid_from', 'valid_to'] %}

with

by_month as (
    select * from {{ ref('int_overlaps_by_month') }}
),

-- A set is about usage where its rows name a metric.
told_apart as (
    select
        by_month.*,
        case when match_metric is null then 'charge' else 'usage' end as row_kind

    from by_month
),

stated as (
    select
        {{ plain | join(', ') }},
        {% for column in matched_columns %}
        coalesce(match_{{ column }}, '*') as match_{{ column }}{{ "," if not loop.last }}
        {% endfor %}

    from told_apart
)

{#- One row per combination of alternatives: a column at a time is taken apart. -#}
{%- for column in matched_columns %}
{%- set before = 'stated' if loop.first else matched_columns[loop.index0 - 1] ~ '_patterns' %},

{{ column }}_alternatives as (
    {{ explode_text(before, 'match_' ~ column) }}
),

{{ column }}_patterns as (
    select
        {{ plain | join(', ') }},
        {% for done in matched_columns[:loop.index0] %}
        {{ done }}_pattern,
        {% endfor %}
        {{ like_pattern('item') }} as {{ column }}_pattern
        {%- for left in matched_columns[loop.index:] %},
        match_{{ left }}
        {%- endfor %}

    from {{ column }}_alternatives
)
{%- endfor %}

select * from {{ matched_columns[-1] }}_patterns
