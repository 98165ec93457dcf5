{#- The columns of a journal line, in order, with the warehouse's name for their type. -#}
{% macro journal_line_columns() %}
    {% set columns = [
        ('journal_line_id', 'string'),
        ('journal_id', 'string'),
        ('journal_kind', 'string'),
        ('platform', 'string'),
        ('billing_account_id', 'string'),
        ('invoice_id', 'string'),
        ('legal_entity_code', 'string'),
        ('line_type', 'string'),
        ('cost_centre_code', 'string'),
        ('gl_account', 'string'),
        ('currency', 'string'),
        ('line_number', 'integer'),
        ('debit_amount', 'money'),
        ('credit_amount', 'money'),
        ('exact_amount', 'money'),
        ('is_cross_entity', 'boolean'),
        ('is_adjustment', 'boolean'),
        ('original_month', 'date'),
        ('accounting_month', 'date'),
    ] %}
    {{ return(columns) }}
{% endmacro %}
