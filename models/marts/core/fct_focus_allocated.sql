{#- What is split with the entry's share of its origin; quantities have two decimals more than money. -#}
{% set amounts = ['contracted_cost', 'list_cost', 'pricing_currency_effective_cost'] %}
{% set quantities = ['commitment_discount_quantity', 'consumed_quantity', 'pricing_quantity'] %}
{#- What an entry has of its own; every other column is its origin's. -#}
{% set own = {
    'allocated_method_details': 'allocated_method_details',
    'allocated_method_id': 'allocated_method_id',
    'allocated_resource_id': 'cost_centre_code',
    'allocated_resource_name': 'allocated_resource_name',
    'allocated_tags': 'allocated_tags',
    'billed_cost': 'billed_cost',
    'billing_account_id': 'billing_account_id',
    'billing_currency': 'billing_currency',
    'effective_cost': 'effective_cost',
    'invoice_id': 'invoice_id',
} %}
{#-
    Entries without charges of their own, in their own words: what shared services passed on is many charges at once, and
    a posted entry stands though a restatement has replaced its charges.
-#}
{% set without_origin = {
    'billing_account_type': "'Billing Account'",
    'billing_period_end': next_month_start('detailed.accounting_month'),
    'billing_period_start': 'cast(detailed.accounting_month as timestamp)',
    'charge_category': "'Usage'",
    'charge_description': "case when detailed.tier > 1 then 'Passed on by a shared service' else 'Posted, its charges since replaced' end",
    'charge_frequency': "'Usage-Based'",
    'charge_period_end': add_days('detailed.charge_date', 1),
    'charge_period_start': 'cast(detailed.charge_date as timestamp)',
    'contracted_cost': 'detailed.effective_cost',
    'host_provider_name': 'detailed.platform',
    'invoice_issuer_name': 'detailed.platform',
    'list_cost': 'detailed.effective_cost',
    'pricing_currency': 'detailed.billing_currency',
    'pricing_currency_effective_cost': 'detailed.effective_cost',
    'service_category': "'Other'",
    'service_name': "detailed.platform || case when detailed.tier > 1 then ', shared services' else ', replaced charges' end",
    'service_provider_name': 'detailed.platform',
    'service_subcategory': "'Other (Other)'",
} %}

with

ledger as (
    select * from {{ ref('fct_allocation_ledger') }}
),

origins as (
    select * from {{ ref('int_focus_origins_described') }}
),

cost_centres as (
    select * from {{ ref('dim_cost_centres') }}
),

-- What a shared service passed on keeps its share of its origin, or the others would take it.
parts_of_origins as (
    {% for relation in ['fct_allocation_ledger', 'fct_passed_on_allocations'] %}
    select
        allocation_id,
        coalesce(pool_id, charge_group_id) as origin_id,
        driver_numerator,
        billed_cost,
        effective_cost

    from {{ ref(relation) }}
    {{ "union all" if not loop.last }}
    {% endfor %}
),

entries as (
    select
        allocation_id,
        origin_id,
        cast(1 as {{ column_type('money') }}) as whole,
        billed_cost,
        effective_cost,
        greatest(coalesce(driver_numerator, 0), 0) as driver_quantity

    from parts_of_origins
),

totalled as (
    select
        entries.*,
        cast(sum(effective_cost) over (partition by origin_id) as {{ column_type('money') }}) as effective_sum,
        sum(abs(effective_cost)) over (partition by origin_id) as effective_total,
        sum(abs(billed_cost)) over (partition by origin_id) as billed_total,
        sum(driver_quantity) over (partition by origin_id) as driver_total

    from entries
),

-- The share is what the entry carries of the cost; where nothing was charged, of the driver.
weighed as (
    select
        totalled.*,
        case
            when effective_total > 0 then {{ to_units('abs(effective_cost)') }}
            when billed_total > 0 then {{ to_units('abs(billed_cost)') }}
            when driver_total > 0 then {{ to_units('driver_quantity') }}
            else cast(1 as {{ column_type('whole') }})
        end as weight

    from totalled
),

{{ apportion('weighed', 'origin_id', 'weight', ['whole'], 'weight desc nulls last, allocation_id asc nulls last') }},

shared as (
    select
        weighed_apportioned.allocation_id,
        weighed_apportioned.origin_id,
        weighed_apportioned.effective_cost,
        weighed_apportioned.effective_sum,
        weighed_apportioned.whole_part as allocated_ratio,
        {{ to_units('weighed_apportioned.whole_part') }} as weight,
        {% for quantity in quantities %}
        cast(cast(origins.{{ quantity }} as decimal(26, 12)) * cast(100 as decimal(3, 0)) as {{ column_type('money') }})
            as {{ quantity }},
        {% endfor %}
        {% for amount in amounts %}
        origins.{{ amount }}{{ "," if not loop.last }}
        {% endfor %}

    from weighed_apportioned
    left join origins
        on weighed_apportioned.origin_id = origins.origin_id
),

{{ apportion('shared', 'origin_id', 'weight', amounts + quantities, 'weight desc nulls last, allocation_id asc nulls last') }},

explained as (
    select
        ledger.*,
        parts.origin_id,
        parts.allocated_ratio,
        -- An amount that is the effective cost stays so in every part: two roundings would show a discount that is none.
        {% for amount in amounts %}
        case when parts.{{ amount }} = parts.effective_sum then parts.effective_cost else parts.{{ amount }}_part end
            as {{ amount }},
        {% endfor %}
        {% for quantity in quantities %}
        cast(cast(parts.{{ quantity }}_part as decimal(28, 10)) * cast(0.01 as decimal(3, 2)) as {{ column_type('quantity') }})
            as {{ quantity }},
        {% endfor %}
        ledger.rule_id || '@' || ledger.rule_version as allocated_method_id,
        {{ focus_unit('ledger.driver') }} as driver_unit,
        coalesce(cost_centres.cost_centre_name, ledger.cost_centre_code) as allocated_resource_name,
        case
            when ledger.rule_id is not null and ledger.cost_centre_code is not null
                then {{ merged_json_objects([
                    json_object_text("'chargeback/BillingMode'", 'ledger.billing_mode'),
                    json_object_text("'chargeback/UseCase'", 'ledger.use_case_id'),
                ]) }}
        end as allocated_tags

    from ledger
    left join shared_apportioned as parts
        on ledger.allocation_id = parts.allocation_id
    left join cost_centres
        on ledger.cost_centre_code = cost_centres.cost_centre_code
            and cast(ledger.charge_date as timestamp) >= cost_centres.valid_from
            and cast(ledger.charge_date as timestamp) < cost_centres.valid_to
),

detailed as (
    select
        explained.*,
        case
            when rule_id is null then null
            when driver_unit is null or driver_numerator is null
                then '{"Elements":[{"AllocatedRatio":' || cast(allocated_ratio as {{ dbt.type_string() }}) || '}]}'
            else
                '{"Elements":[{"AllocatedRatio":' || cast(allocated_ratio as {{ dbt.type_string() }})
                || ',"UsageUnit":"' || driver_unit
                || '","UsageQuantity":' || cast(driver_numerator as {{ dbt.type_string() }})
                || ',"x_UsageTotal":' || cast(driver_denominator as {{ dbt.type_string() }}) || '}]}'
        end as allocated_method_details

    from explained
),

allocated as (
    select
        {% for name, type in charge_columns() if not name.startswith('x_') %}
        {% set relation = 'detailed' if name in own or name in amounts + quantities else 'origins' %}
        {% if name in without_origin %}
        coalesce({{ relation }}.{{ name }}, {{ without_origin[name] }}) as {{ name }},
        {% else %}
        {{ relation }}.{{ own.get(name, name) }} as {{ name }},
        {% endif %}
        {% endfor %}
        detailed.allocation_id as x_allocation_id,
        detailed.charge_group_id as x_origin_charge_group_id,
        detailed.pool_id as x_origin_pool_id,
        detailed.platform as x_platform,
        detailed.cost_centre_code as x_cost_centre_code,
        detailed.use_case_id as x_use_case_id,
        detailed.billing_mode as x_billing_mode,
        detailed.unallocated_reason as x_unallocated_reason,
        detailed.rule_id as x_rule_id,
        detailed.rule_version as x_rule_version,
        detailed.method as x_method,
        detailed.model as x_model,
        detailed.feature as x_feature,
        detailed.environment as x_environment,
        detailed.workflow_id as x_workflow_id,
        detailed.identity_type as x_identity_type,
        detailed.identity_id as x_identity_id,
        detailed.reporting_currency as x_reporting_currency,
        cast(coalesce(origins.charge_count, 0) as {{ dbt.type_bigint() }}) as x_origin_charge_count,
        detailed.allocated_ratio as x_allocated_ratio,
        detailed.reporting_cost as x_reporting_cost,
        detailed.accounting_month as x_accounting_month,
        detailed.period_status as x_period_status

    from detailed
    left join origins
        on detailed.origin_id = origins.origin_id
)

select * from allocated
