{#-
    The columns of a ledger entry, in order, with the warehouse's name for their type: what the ledger shows, what a close
    posts and what a restatement is compared with. `orchestration.close` archives exactly these.
-#}
{% macro ledger_columns() %}
    {% set columns = [
        ('allocation_id', 'string'),
        ('charge_group_id', 'string'),
        ('pool_id', 'string'),
        ('platform', 'string'),
        ('billing_account_id', 'string'),
        ('invoice_id', 'string'),
        ('feature', 'string'),
        ('cost_centre_code', 'string'),
        ('use_case_id', 'string'),
        ('use_case_stage', 'string'),
        ('environment', 'string'),
        ('model', 'string'),
        ('workflow_id', 'string'),
        ('identity_type', 'string'),
        ('identity_id', 'string'),
        ('owner_rung', 'string'),
        ('rule_id', 'string'),
        ('rule_version', 'string'),
        ('method', 'string'),
        ('fallback_method', 'string'),
        ('driver', 'string'),
        ('funding', 'string'),
        ('billing_mode', 'string'),
        ('unallocated_reason', 'string'),
        ('suggestion', 'string'),
        ('allocation_path', 'string'),
        ('billing_currency', 'string'),
        ('reporting_currency', 'string'),
        ('tier', 'int'),
        ('driver_numerator', 'quantity'),
        ('driver_denominator', 'quantity'),
        ('share', 'money'),
        ('billed_cost', 'money'),
        ('effective_cost', 'money'),
        ('reporting_cost', 'money'),
        ('accounting_month', 'date'),
        ('charge_date', 'date'),
    ] %}
    {{ return(columns) }}
{% endmacro %}
