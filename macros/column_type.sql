{#-
    The engine's type for the warehouse's own type names.
    money: currency amounts. quantity: tokens, hours, prices per unit (more than ten decimals occur in
    unit prices, hence the finer scale).
-#}
{% macro column_type(name) %}
    {%- set types = {
        'string': dbt.type_string(),
        'boolean': dbt.type_boolean(),
        'timestamp': dbt.type_timestamp(),
        'date': 'date',
        'int': dbt.type_int(),
        'integer': dbt.type_bigint(),
        'money': 'decimal(38, 10)',
        'quantity': 'decimal(38, 12)',
        'whole': 'decimal(38, 0)',
    } -%}
    {{ return(types[name]) }}
{% endmacro %}
