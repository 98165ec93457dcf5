{#- The columns of a proof, in order, with the warehouse's name for their type. -#}
{% macro proof_columns() %}
    {% set columns = [
        ('proof_id', 'string'),
        ('proof_kind', 'string'),
        ('pool_id', 'string'),
        ('platform', 'string'),
        ('billing_account_id', 'string'),
        ('invoice_id', 'string'),
        ('rule_id', 'string'),
        ('rule_version', 'string'),
        ('method', 'string'),
        ('fallback_method', 'string'),
        ('tie_break', 'string'),
        ('billing_currency', 'string'),
        ('reporting_currency', 'string'),
        ('tier', 'int'),
        ('recipients', 'integer'),
        ('entry_count', 'integer'),
        ('amount_in', 'money'),
        ('amount_out', 'money'),
        ('residual', 'money'),
        ('effective_residual', 'money'),
        ('reporting_residual', 'money'),
        ('accounting_month', 'date'),
    ] %}
    {{ return(columns) }}
{% endmacro %}
