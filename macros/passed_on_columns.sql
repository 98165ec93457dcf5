{#- The columns of an entry that a shared service passed on, in order, with the warehouse's name for their type. -#}
{% macro passed_on_columns() %}
    {% set columns = [
        ('allocation_id', 'string'),
        ('onward_pool_id', 'string'),
        ('charge_group_id', 'string'),
        ('pool_id', 'string'),
        ('platform', 'string'),
        ('billing_account_id', 'string'),
        ('invoice_id', 'string'),
        ('cost_centre_code', 'string'),
        ('use_case_id', 'string'),
        ('rule_id', 'string'),
        ('rule_version', 'string'),
        ('method', 'string'),
        ('driver', 'string'),
        ('billing_mode', 'string'),
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
