{#- The methods whose driver is usage, each with the column of `int_driver_usage_by_owner` that counts it. -#}
{% macro usage_drivers() %}
    {{ return([
        ('token_volume', 'weighted_token_count'),
        ('requests', 'request_count'),
        ('workflow_count', 'workflow_run_count'),
        ('seats', 'seat_day_count'),
        ('active_users', 'active_day_count'),
        ('gpu_hours', 'gpu_hours'),
    ]) }}
{% endmacro %}
