{#-
    The columns by which a restated month is compared with what was posted for it: two ledgers' entries that agree in
    them are one line of an adjustment.
-#}
{% macro entry_key_columns() %}
    {{ return([
        'platform', 'billing_account_id', 'invoice_id', 'billing_currency', 'reporting_currency', 'rule_id',
        'rule_version', 'cost_centre_code', 'use_case_id', 'environment', 'billing_mode', 'unallocated_reason',
    ]) }}
{% endmacro %}
