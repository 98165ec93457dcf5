{#- Kept where all charges of the origin agree on them; what depends on another column is settled in the next model. -#}
{% set shared = [
    'availability_zone', 'billing_account_name', 'billing_account_type', 'capacity_reservation_id',
    'capacity_reservation_status', 'charge_category', 'charge_class', 'charge_description', 'charge_frequency',
    'commitment_discount_category', 'commitment_discount_id', 'commitment_discount_name', 'commitment_discount_status',
    'commitment_discount_type', 'commitment_discount_unit', 'commitment_program_eligibility_details', 'consumed_unit',
    'contract_applied', 'contracted_unit_price', 'host_provider_name', 'invoice_detail_id', 'invoice_issuer_name',
    'list_unit_price', 'pricing_category', 'pricing_currency', 'pricing_currency_contracted_unit_price',
    'pricing_currency_list_unit_price', 'pricing_unit', 'region_id', 'region_name', 'resource_id', 'resource_name',
    'resource_type', 'service_category', 'service_name', 'service_provider_name', 'service_subcategory', 'sku_id',
    'sku_meter', 'sku_price_details', 'sku_price_id', 'sub_account_id', 'sub_account_name', 'sub_account_type', 'tags',
    'x_sku',
] %}

{{ config(materialized='table') }}

with

charges as (
    select * from {{ ref('int_charges_rated_to_keys') }}
),

grouped_charges as (
    select
        charge_id,
        charge_group_id

    from {{ ref('int_charges_grouped') }}
),

pool_members as (
    select
        charge_group_id,
        pool_id

    from {{ ref('int_pool_members') }}
),

-- A charge that a pool collected has that pool as its origin; any other its own charge group.
charges_of_origins as (
    select
        {% for column in shared if column != 'pricing_currency' %}
        charges.{{ column }},
        {% endfor %}
        coalesce(pool_members.pool_id, grouped_charges.charge_group_id) as origin_id,
        coalesce(charges.pricing_currency, charges.billing_currency) as pricing_currency,
        charges.billing_currency,
        charges.x_platform,
        coalesce(
            charges.pricing_currency_effective_cost,
            case
                when coalesce(charges.pricing_currency, charges.billing_currency) = charges.billing_currency
                    then charges.effective_cost
            end
        ) as pricing_currency_effective_cost,
        charges.commitment_discount_quantity,
        charges.consumed_quantity,
        charges.contracted_cost,
        charges.effective_cost,
        charges.list_cost,
        charges.pricing_quantity,
        charges.billing_period_end,
        charges.billing_period_start,
        charges.charge_period_end,
        charges.charge_period_start

    from charges
    left join grouped_charges
        on charges.x_charge_id = grouped_charges.charge_id
    left join pool_members
        on grouped_charges.charge_group_id = pool_members.charge_group_id
),

summed as (
    select
        origin_id,
        {% for column in shared %}
        {{ common_value(column) }} as {{ column }},
        {% endfor %}
        min(billing_currency) as billing_currency,
        min(x_platform) as platform,
        count(*) as charge_count,
        sum(case when charge_category = 'Usage' then 1 else 0 end) as usage_charge_count,
        {{ complete_sum('commitment_discount_quantity', 'quantity') }} as commitment_discount_quantity,
        {{ complete_sum('consumed_quantity', 'quantity') }} as consumed_quantity,
        {{ complete_sum('contracted_cost', 'money') }} as contracted_cost,
        {{ complete_sum('effective_cost', 'money') }} as effective_cost,
        {{ complete_sum('list_cost', 'money') }} as list_cost,
        {{ complete_sum('pricing_currency_effective_cost', 'money') }} as pricing_currency_effective_cost,
        {{ complete_sum('pricing_quantity', 'quantity') }} as pricing_quantity,
        max(billing_period_end) as billing_period_end,
        min(billing_period_start) as billing_period_start,
        max(charge_period_end) as charge_period_end,
        min(charge_period_start) as charge_period_start

    from charges_of_origins
    group by origin_id
)

select * from summed
