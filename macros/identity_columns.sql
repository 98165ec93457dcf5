{#-
    What on a charge or a usage row can be owned: (column without its `x_` prefix, identity type, rung, place in the rung).
    The ladder goes from the most specific rung to the least; rung 1 is an exception and rung 2 a tag, which have no column.
-#}
{% macro identity_columns() %}
    {% set columns = [
        ('api_key_id', 'api_key', 3, 1),
        ('service_account_id', 'service_account', 3, 2),
        ('workflow_id', 'workflow', 4, 1),
        ('endpoint_id', 'endpoint', 4, 2),
        ('resource_id', 'resource', 4, 3),
        ('query_tag', 'query_tag', 4, 4),
        ('role_id', 'role', 5, 1),
        ('warehouse_id', 'warehouse', 5, 2),
        ('namespace', 'namespace', 5, 3),
        ('team_id', 'team', 5, 4),
        ('project_id', 'project', 6, 1),
        ('workspace_id', 'workspace', 6, 2),
        ('account_id', 'account', 7, 1),
        ('user_id', 'user', 8, 1),
    ] %}
    {{ return(columns) }}
{% endmacro %}
