{{ config(materialized='table') }}

{#- Metrics that drive as they are counted. -#}
{% set counted_metrics = [
    ('workflow_runs', 'workflow_run_count'), ('active_days', 'active_day_count'), ('seats', 'seat_day_count'),
    ('gpu_hours', 'gpu_hours'),
] %}

with

usage_rows as (
    select * from {{ ref('int_usage_aggregated_to_day') }}
    where token_type is not null
        or metric in ('requests', 'workflow_runs', 'active_days', 'seats', 'gpu_hours')
),

owners as (
    select * from {{ ref('int_owners_resolved') }}
),

token_weights as (
    select
        substr(setting, length('token_weight.') + 1) as token_type,
        cast(value as decimal(11, 6)) as token_weight,
        valid_from,
        valid_to

    from {{ ref('stg_registers__policy') }}
    where setting like 'token^_weight.%' escape '^'
),

-- Usage finds its owner at its own time; what nobody owns keeps its identity and its share.
owned as (
    select
        usage_rows.platform,
        usage_rows.usage_date,
        usage_rows.model,
        usage_rows.feature,
        usage_rows.workflow_id,
        coalesce(usage_rows.environment, owners.environment) as environment,
        case when owners.unallocated_reason is null then owners.cost_centre_code end as cost_centre_code,
        case when owners.unallocated_reason is null then owners.use_case_id end as use_case_id,
        owners.unallocated_reason,
        case when owners.unallocated_reason is not null then owners.identity_type end as identity_type,
        case when owners.unallocated_reason is not null then owners.identity_id end as identity_id,
        case when usage_rows.token_type is not null then usage_rows.quantity else 0 end as token_count,
        case when usage_rows.metric = 'requests' then usage_rows.quantity else 0 end as request_count,
        case
            when usage_rows.token_type is not null
                then cast(usage_rows.quantity as decimal(26, 0)) * coalesce(token_weights.token_weight, 1)
            else 0
        end as weighted_token_count,
        {% for metric, quantity in counted_metrics %}
        case when usage_rows.metric = '{{ metric }}' then usage_rows.quantity else 0 end as {{ quantity }}{{ "," if not loop.last }}
        {% endfor %}

    from usage_rows
    left join owners
        on usage_rows.owner_profile_id = owners.owner_profile_id
    left join token_weights
        on usage_rows.token_type = token_weights.token_type
            and usage_rows.segment_start >= token_weights.valid_from
            and usage_rows.segment_start < token_weights.valid_to
),

by_owner as (
    select
        platform,
        usage_date,
        {{ month_start('usage_date') }} as usage_month,
        model,
        feature,
        workflow_id,
        environment,
        cost_centre_code,
        use_case_id,
        unallocated_reason,
        identity_type,
        identity_id,
        cast(sum(token_count) as {{ column_type('whole') }}) as token_count,
        cast(sum(request_count) as {{ column_type('whole') }}) as request_count,
        cast(sum(weighted_token_count) as decimal(38, 6)) as weighted_token_count,
        {% for metric, quantity in counted_metrics %}
        cast(sum({{ quantity }}) as {{ column_type('quantity') }}) as {{ quantity }}{{ "," if not loop.last }}
        {% endfor %}

    from owned
    group by
        platform,
        usage_date,
        {{ month_start('usage_date') }},
        model,
        feature,
        workflow_id,
        environment,
        cost_centre_code,
        use_case_id,
        unallocated_reason,
        identity_type,
        identity_id
)

select * from by_owner
