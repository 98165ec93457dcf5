{% set grain = [
    'platform', 'identity_type', 'identity_id', 'cost_centre_code', 'use_case_id', 'unallocated_reason',
    'workflow_id', 'environment', 'model', 'metric', 'token_type',
] %}

with

usage_rows as (
    select * from {{ ref('int_usage_aggregated_to_day') }}
),

owners as (
    select * from {{ ref('int_owners_resolved') }}
),

owned as (
    select
        usage_rows.platform,
        owners.identity_type,
        owners.identity_id,
        owners.cost_centre_code,
        owners.use_case_id,
        owners.unallocated_reason,
        usage_rows.workflow_id,
        coalesce(usage_rows.environment, owners.environment) as environment,
        usage_rows.model,
        usage_rows.metric,
        usage_rows.token_type,
        usage_rows.quantity,
        usage_rows.usage_date

    from usage_rows
    left join owners
        on usage_rows.owner_profile_id = owners.owner_profile_id
),

daily as (
    select
        {{ hash_key(grain + ['usage_date']) }} as usage_id,
        {{ grain | join(', ') }},
        cast(sum(quantity) as {{ column_type('quantity') }}) as quantity,
        usage_date

    from owned
    group by {{ grain | join(', ') }}, usage_date
)

select * from daily
