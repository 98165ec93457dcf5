with

usage_rows as (
    select * from {{ source('usage', 'usage') }}
    where cast(quantity as {{ column_type('quantity') }}) > 0
),

{%- set own_columns = [
    'api_key', 'service_account', 'project', 'workspace', 'account', 'resource', 'endpoint', 'warehouse', 'role',
    'team', 'user',
] %}

mapped as (
    select
        _row_id || ':' || metric as usage_id,
        lower(trim(platform)) as platform,
        'usage__usage' as source_table,
        _delivery_id as delivery_id,
        cast(period_start as {{ dbt.type_timestamp() }}) as period_start,
        cast(period_end as {{ dbt.type_timestamp() }}) as period_end,
        metric,
        case when metric like '%_tokens' then substr(metric, 1, length(metric) - 7) end as token_type,
        quantity,
        unit,
        lower(trim(model)) as model,
        environment,
        bill_identity_id,
        lower(trim(provider)) as provider,
        cast(logged_cost as {{ column_type('money') }}) as logged_cost,
        case when logged_cost is not null then coalesce(upper(trim(logged_currency)), 'USD') end as logged_currency,
        {% for identity_type in own_columns %}
        case when identity_type = '{{ identity_type }}' then identity_id end as {{ identity_type }}_id,
        {% endfor %}
        case when identity_type = 'namespace' then identity_id end as namespace,
        case when identity_type = 'query_tag' then identity_id end as query_tag,
        -- A row may name its workflow beside another identity.
        coalesce(workflow_id, case when identity_type = 'workflow' then identity_id end) as workflow_id,
        case
            when identity_type = 'tag' and instr(identity_id, '=') > 0
                then {{ json_object_text(
                    "substr(identity_id, 1, instr(identity_id, '=') - 1)",
                    "substr(identity_id, instr(identity_id, '=') + 1)"
                ) }}
        end as tags

    from usage_rows
)

{{ select_usage('mapped', filled=[
    'usage_id', 'platform', 'source_table', 'delivery_id', 'period_start', 'period_end', 'metric', 'token_type',
    'quantity', 'unit', 'model', 'environment', 'provider', 'bill_identity_id', 'logged_cost', 'logged_currency', 'api_key_id', 'service_account_id',
    'workflow_id', 'endpoint_id', 'resource_id', 'query_tag', 'role_id', 'warehouse_id', 'namespace', 'team_id',
    'project_id', 'workspace_id', 'account_id', 'user_id', 'tags',
]) }}
