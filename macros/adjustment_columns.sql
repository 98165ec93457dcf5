{#- The columns of a prior-period adjustment, in order, with the warehouse's name for their type. -#}
{% macro adjustment_columns() %}
    {% set columns = [
        ('adjustment_id', 'string'),
        ('entry_key', 'string'),
        ('original_close_id', 'string'),
        ('original_allocation_id', 'string'),
        ('platform', 'string'),
        ('billing_account_id', 'string'),
        ('invoice_id', 'string'),
        ('rule_id', 'string'),
        ('rule_version', 'string'),
        ('cost_centre_code', 'string'),
        ('use_case_id', 'string'),
        ('environment', 'string'),
        ('billing_mode', 'string'),
        ('unallocated_reason', 'string'),
        ('billing_currency', 'string'),
        ('reporting_currency', 'string'),
        ('billed_cost', 'money'),
        ('effective_cost', 'money'),
        ('reporting_cost', 'money'),
        ('original_month', 'date'),
        ('accounting_month', 'date'),
    ] %}
    {{ return(columns) }}
{% endmacro %}
