{{ config(materialized='table') }}

{% set attributes = [
    'owner_profile_id', 'platform', 'billing_account_id', 'invoice_id', 'billing_currency', 'reporting_currency',
    'cost_basis', 'service_category', 'service_name', 'sub_account_id', 'charge_category', 'commitment_status',
    'model', 'feature', 'environment', 'sku', 'tag_set', 'accounting_month', 'segment_start', 'day_segment_start',
] + (identity_columns() | map('first') | list) %}

with

charges as (
    select * from {{ ref('int_charges_profiled') }}
),

-- The id is a hash over these columns, so any row of a profile speaks for all.
profiles as (
    select
        profile_id,
        {% for attribute in attributes %}
        max({{ attribute }}) as {{ attribute }}{{ "," if not loop.last }}
        {% endfor %}

    from charges
    group by profile_id
)

select * from profiles
