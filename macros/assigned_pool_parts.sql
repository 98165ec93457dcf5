{#-
    The parts of pools, shaped as int_allocations_assigned. A query, for a model or in brackets behind a CTE's name.

    pools: relation with the pools' bill, rule, tier and path. parts: relation shaped as int_pools_split_by_driver.
-#}
{% macro assigned_pool_parts(pools, parts) %}
select
    cast(null as {{ dbt.type_string() }}) as charge_group_id,
    pools.pool_id,
    pools.pool_id as sequence_id,
    pools.platform,
    pools.billing_account_id,
    pools.invoice_id,
    cast(null as {{ dbt.type_string() }}) as feature,
    pool_parts.cost_centre_code,
    pool_parts.use_case_id,
    cast(null as {{ dbt.type_string() }}) as environment,
    pools.model,
    cast(null as {{ dbt.type_string() }}) as workflow_id,
    pool_parts.identity_type,
    pool_parts.identity_id,
    cast(null as {{ dbt.type_string() }}) as owner_rung,
    pools.rule_key,
    pools.rule_id,
    pools.rule_version,
    pools.method,
    case when pool_parts.attempt > 1 then pool_parts.driver end as fallback_method,
    pool_parts.driver,
    pool_parts.is_idle,
    pool_parts.unallocated_reason,
    pools.billing_currency,
    pools.reporting_currency,
    pool_parts.driver_numerator,
    pool_parts.driver_denominator,
    pool_parts.driver_units,
    pool_parts.driver_units_total,
    pool_parts.billed_cost,
    pool_parts.effective_cost,
    pool_parts.reporting_cost,
    pools.accounting_month,
    pools.pool_date as charge_date,
    pools.period_start,
    pools.tier,
    pools.allocation_path

from {{ pools }} as pools
inner join {{ parts }} as pool_parts
    on pools.pool_id = pool_parts.pool_id
{% endmacro %}
