{#- Whether an entry is what a shared service holds of a pool's bill: an ON clause over both relations' names. -#}
{% macro onward_pool_of(entry, pool) -%}
    {{ entry }}.cost_centre_code = {{ pool }}.sender_code
            and {{ entry }}.platform = {{ pool }}.platform
            and {{ entry }}.billing_account_id = {{ pool }}.billing_account_id
            and coalesce({{ entry }}.invoice_id, '') = coalesce({{ pool }}.invoice_id, '')
            and {{ entry }}.billing_currency = {{ pool }}.billing_currency
            and {{ entry }}.accounting_month = {{ pool }}.accounting_month
            and {{ entry }}.tier < {{ pool }}.tier
{%- endmacro %}
