{{ config(materialized='table') }}

{#- What a receiver's own usage is counted in, for each method whose driver is usage. -#}
{% set spread_by = usage_drivers() %}

with

funded as (
    select * from {{ ref('int_allocations_passed_on') }}
    where pool_id is not null and onward_pool_id is null and unallocated_reason is null
),

pools as (
    select
        pool_id,
        model,
        api_key_id,
        driver_scope,
        driver_grain,
        pool_date

    from {{ ref('int_pools_collected') }}

    union all

    select
        pool_id,
        model,
        api_key_id,
        driver_scope,
        driver_grain,
        pool_date

    from {{ ref('int_onward_pools') }}
),

usage_by_owner as (
    select * from {{ ref('int_driver_usage_by_owner') }}
    where unallocated_reason is null
),

gateway_usage as (
    select * from {{ ref('int_gateway_usage_by_owner') }}
    where unallocated_reason is null
),

parts as (
    select
        {{ hash_key([
            'funded.pool_id', 'funded.assigned_cost_centre_code', 'funded.use_case_id', 'funded.funding', 'funded.is_idle',
        ]) }} as part_id,
        funded.pool_id,
        funded.platform,
        funded.cost_centre_code,
        funded.use_case_id,
        funded.billing_mode,
        funded.driver,
        funded.is_idle,
        pools.model,
        pools.api_key_id,
        funded.assigned_cost_centre_code,
        funded.reporting_currency,
        funded.effective_cost,
        funded.reporting_cost,
        funded.accounting_month,
        pools.driver_scope,
        pools.driver_grain,
        pools.pool_date

    from funded
    inner join pools
        on funded.pool_id = pools.pool_id
),

-- The receiver's own driver rows tell where the part was probably used: indicative, hence never in the ledger.
metered_detail as (
    select
        parts.part_id,
        usage_by_owner.feature,
        usage_by_owner.model,
        usage_by_owner.workflow_id,
        usage_by_owner.environment,
        cast(
            cast(
                sum(
                    case parts.driver
                        {% for method, quantity in spread_by %}
                        when '{{ method }}' then cast(usage_by_owner.{{ quantity }} as {{ column_type('quantity') }})
                        {% endfor %}
                    end
                ) as decimal(30, 12)
            ) * cast(1000000 as decimal(7, 0)) as decimal(38, 0)
        ) as detail_weight

    from parts
    inner join usage_by_owner
        on parts.driver_scope = usage_by_owner.platform
            and parts.assigned_cost_centre_code = usage_by_owner.cost_centre_code
            and coalesce(parts.use_case_id, '') = coalesce(usage_by_owner.use_case_id, '')
            and parts.accounting_month = case
                when parts.driver_grain = 'day' then parts.accounting_month else usage_by_owner.usage_month
            end
            and parts.pool_date = case
                when parts.driver_grain = 'day' then usage_by_owner.usage_date else parts.pool_date
            end
    where parts.driver in ({% for method, _ in spread_by %}'{{ method }}'{{ ", " if not loop.last }}{% endfor %})
        and not parts.is_idle
    group by
        parts.part_id,
        usage_by_owner.feature,
        usage_by_owner.model,
        usage_by_owner.workflow_id,
        usage_by_owner.environment
),

gateway_detail as (
    select
        parts.part_id,
        gateway_usage.feature,
        parts.model,
        gateway_usage.workflow_id,
        gateway_usage.environment,
        cast(sum(gateway_usage.list_units) as decimal(38, 0)) as detail_weight

    from parts
    inner join gateway_usage
        on parts.driver_scope = gateway_usage.platform
            and parts.pool_date = gateway_usage.usage_date
            and coalesce(lower(parts.model), '') = coalesce(gateway_usage.model, '')
            and coalesce(gateway_usage.provider, parts.platform) = parts.platform
            and (gateway_usage.bill_identity_id is null or gateway_usage.bill_identity_id = parts.api_key_id)
            and parts.assigned_cost_centre_code = gateway_usage.cost_centre_code
            and coalesce(parts.use_case_id, '') = coalesce(gateway_usage.use_case_id, '')
    where parts.driver = 'gateway'
    group by
        parts.part_id,
        gateway_usage.feature,
        parts.model,
        gateway_usage.workflow_id,
        gateway_usage.environment
),

driver_detail as (
    select * from metered_detail
    union all
    select * from gateway_detail
),

weighted_parts as (
    select
        parts.part_id,
        driver_detail.feature,
        driver_detail.model,
        driver_detail.workflow_id,
        driver_detail.environment,
        driver_detail.detail_weight,
        parts.effective_cost,
        parts.reporting_cost

    from parts
    inner join driver_detail
        on parts.part_id = driver_detail.part_id
    where driver_detail.detail_weight > 0
),

{{ apportion(
    relation='weighted_parts',
    whole='part_id',
    weight='detail_weight',
    measures=['effective_cost', 'reporting_cost'],
    tie_break="detail_weight desc nulls last, model asc nulls last, feature asc nulls last,"
    ~ " workflow_id asc nulls last, environment asc nulls last"
) }},

spread as (
    select
        parts.platform,
        parts.cost_centre_code,
        parts.use_case_id,
        parts.billing_mode,
        detail.feature,
        coalesce(detail.model, parts.model) as model,
        detail.workflow_id,
        detail.environment,
        parts.reporting_currency,
        case when detail.part_id is null then parts.effective_cost else detail.effective_cost_part end
            as effective_cost,
        case when detail.part_id is null then parts.reporting_cost else detail.reporting_cost_part end
            as reporting_cost,
        detail.part_id is not null as is_indicative,
        parts.accounting_month

    from parts
    left join weighted_parts_apportioned as detail
        on parts.part_id = detail.part_id
)

select * from spread
