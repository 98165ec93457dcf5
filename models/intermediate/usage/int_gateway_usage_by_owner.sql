{{ config(materialized='table') }}

{% set receiver = ['cost_centre_code', 'use_case_id', 'unallocated_reason', 'identity_type', 'identity_id'] %}
{% set logged_for = ['platform', 'usage_date', 'provider', 'bill_identity_id', 'model'] %}

with

gateways as (
    select driver_scope
    from {{ ref('int_allocation_rules') }}
    where method = 'gateway'
    group by driver_scope
),

usage_rows as (
    select * from {{ ref('int_usage_rated') }}
    where logged_cost is not null or rated_units is not null
),

owners as (
    select * from {{ ref('int_owners_resolved') }}
),

-- In units of 10⁻¹² of the currency that the gateway logs, or that the price is in.
owned as (
    select
        usage_rows.platform,
        usage_rows.usage_date,
        usage_rows.provider,
        usage_rows.bill_identity_id,
        lower(usage_rows.model) as model,
        usage_rows.feature,
        usage_rows.workflow_id,
        coalesce(usage_rows.environment, owners.environment) as environment,
        case when owners.unallocated_reason is null then owners.cost_centre_code end as cost_centre_code,
        case when owners.unallocated_reason is null then owners.use_case_id end as use_case_id,
        owners.unallocated_reason,
        case when owners.unallocated_reason is not null then owners.identity_type end as identity_type,
        case when owners.unallocated_reason is not null then owners.identity_id end as identity_id,
        case when coalesce(usage_rows.logged_cost, 0) <> 0 then usage_rows.logged_currency else usage_rows.rated_currency end
            as list_currency,
        {{ to_units('coalesce(usage_rows.logged_cost, 0)') }} * 100 as logged_units,
        coalesce(usage_rows.rated_units, 0) as rated_units

    from usage_rows
    inner join gateways
        on usage_rows.platform = gateways.driver_scope
    left join owners
        on usage_rows.owner_profile_id = owners.owner_profile_id
),

by_owner as (
    select
        {{ logged_for | join(', ') }},
        feature,
        workflow_id,
        environment,
        {{ receiver | join(', ') }},
        list_currency,
        cast(sum(logged_units) as {{ column_type('whole') }}) as logged_units,
        cast(sum(rated_units) as {{ column_type('whole') }}) as rated_units

    from owned
    group by
        {{ logged_for | join(', ') }},
        feature,
        workflow_id,
        environment,
        {{ receiver | join(', ') }},
        list_currency
),

-- What the gateway logged for a receiver on a day; where it logged no cost at all, the receiver's tokens at list price.
listed as (
    select
        by_owner.*,
        case
            when sum(logged_units) over (partition by {{ (logged_for + receiver) | join(', ') }}) > 0 then logged_units
            else rated_units
        end as list_units

    from by_owner
),

used as (
    select * from listed
    where list_units <> 0
)

select * from used
