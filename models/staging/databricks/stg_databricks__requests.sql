-- One row per request to a serving endpoint, with the version of its served entity that was in force: the last change before
-- the request. A request whose entity nobody lists stays, without endpoint and model.
with

requests as (
    select
        endpoint_usage.*,
        cast(request_time as {{ dbt.type_timestamp() }}) as requested_at

    from {{ source('databricks', 'endpoint_usage') }} as endpoint_usage
),

entity_versions as (
    select
        served_entity_id,
        endpoint_name,
        entity_type,
        entity_name,
        workspace_id as entity_workspace_id,
        lower({{ json_text('external_model_config', 'provider') }}) as external_provider,
        {{ json_text('external_model_config', 'name') }} as external_model,
        {{ json_text('foundation_model_config', 'max_provisioned_throughput') }} as provisioned_throughput,
        cast(change_time as {{ dbt.type_timestamp() }}) as changed_at,
        row_number() over (
            partition by served_entity_id, change_time
            order by endpoint_config_version desc nulls last, _row_id asc nulls last
        ) as showing

    from {{ source('databricks', 'served_entities') }}
),

entity_periods as (
    select
        entity_versions.*,
        lead(changed_at) over (partition by served_entity_id order by changed_at asc nulls last) as changed_again_at

    from entity_versions
    where showing = 1
),

with_entity as (
    select
        requests._row_id,
        requests._delivery_id,
        coalesce(requests.workspace_id, entity_periods.entity_workspace_id) as workspace_id,
        requests.requester,
        requests.usage_context,
        requests.requested_at,
        entity_periods.endpoint_name,
        upper(entity_periods.entity_type) as entity_type,
        entity_periods.external_provider,
        lower(coalesce(
            entity_periods.external_model,
            regexp_replace(entity_periods.entity_name, '^[^.]+[.][^.]+[.]', '')
        )) as model,
        case
            when upper(entity_periods.entity_type) = 'EXTERNAL_MODEL' then 'external'
            when upper(entity_periods.entity_type) = 'FOUNDATION_MODEL'
                and entity_periods.provisioned_throughput is null
                then 'pay-per-token'
            when entity_periods.entity_type is not null then 'provisioned'
        end as cost_split_basis,
        coalesce(cast(requests.input_token_count as {{ column_type('quantity') }}), 0) as input_tokens,
        coalesce(cast(requests.output_token_count as {{ column_type('quantity') }}), 0) as output_tokens,
        -- A failed request is served by nobody.
        case when coalesce(cast(requests.status_code as integer), 200) between 200 and 299 then 1 else 0 end as requests

    from requests
    left join entity_periods
        on requests.served_entity_id = entity_periods.served_entity_id
            and requests.requested_at >= entity_periods.changed_at
            and (requests.requested_at < entity_periods.changed_again_at or entity_periods.changed_again_at is null)
)

select * from with_entity
