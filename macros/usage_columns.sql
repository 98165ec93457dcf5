{#-
    The columns of a usage row, in order, with the warehouse's name for their type.
    Every `stg_<platform>__usage` emits exactly these, through `select_usage`. Usage carries no cost of its
    own; `logged_cost` is what a gateway computed, never billed.
-#}
{% macro usage_columns() %}
    {% set columns = [
        ('usage_id', 'string'),
        ('platform', 'string'),
        ('source_table', 'string'),
        ('delivery_id', 'string'),
        ('period_start', 'timestamp'),
        ('period_end', 'timestamp'),
        ('metric', 'string'),
        ('token_type', 'string'),
        ('quantity', 'quantity'),
        ('unit', 'string'),
        ('model', 'string'),
        ('service_tier', 'string'),
        ('context_window', 'string'),
        ('feature', 'string'),
        ('environment', 'string'),
        ('provider', 'string'),
        ('bill_identity_id', 'string'),
        ('logged_cost', 'money'),
        ('logged_currency', 'string'),
        ('api_key_id', 'string'),
        ('service_account_id', 'string'),
        ('workflow_id', 'string'),
        ('endpoint_id', 'string'),
        ('resource_id', 'string'),
        ('query_tag', 'string'),
        ('role_id', 'string'),
        ('warehouse_id', 'string'),
        ('namespace', 'string'),
        ('team_id', 'string'),
        ('project_id', 'string'),
        ('workspace_id', 'string'),
        ('account_id', 'string'),
        ('user_id', 'string'),
        ('tags', 'string'),
    ] %}
    {{ return(columns) }}
{% endmacro %}
