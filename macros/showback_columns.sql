{#- The columns of a showback row, in order, with the warehouse's name for their type. -#}
{% macro showback_columns() %}
    {% set columns = [
        ('showback_id', 'string'),
        ('department_code', 'string'),
        ('cost_centre_code', 'string'),
        ('platform', 'string'),
        ('use_case_id', 'string'),
        ('feature', 'string'),
        ('model', 'string'),
        ('workflow_id', 'string'),
        ('environment', 'string'),
        ('reporting_currency', 'string'),
        ('effective_cost', 'money'),
        ('reporting_cost', 'money'),
        ('indicative_cost', 'money'),
        ('previous_month_reporting_cost', 'money'),
        ('month_on_month_change', 'money'),
        ('token_count', 'whole'),
        ('request_count', 'whole'),
        ('is_indicative', 'boolean'),
        ('accounting_month', 'date'),
    ] %}
    {{ return(columns) }}
{% endmacro %}
