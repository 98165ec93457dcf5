{{ config(materialized='table') }}

with

summed as (
    select * from {{ ref('int_focus_origins_summed') }}
),

-- A mandatory column is never null: where the charges differ, a word that is true of all of them.
named as (
    select
        summed.*,
        coalesce(service_provider_name, invoice_issuer_name, platform) as provider_named,
        coalesce(service_category, 'Other') as category_named,
        -- Says the category, so that one name never stands in two.
        ', several services' || coalesce(' of ' || service_category, '') as services_named,
        coalesce(charge_category, case when usage_charge_count > 0 then 'Usage' else 'Adjustment' end)
            as charge_category_named,
        -- A unit price is kept with the quantity it was multiplied by, or not at all.
        sku_price_id is not null and list_unit_price is not null and contracted_unit_price is not null
        and pricing_quantity is not null and pricing_unit is not null as is_priced,
        commitment_discount_id is not null and commitment_discount_quantity is not null
        and commitment_discount_unit is not null as has_commitment_quantity,
        pricing_currency is not null and pricing_currency_effective_cost is not null as is_in_one_pricing_currency

    from summed
),

described as (
    select
        origin_id,
        availability_zone,
        billing_account_name,
        billing_account_type,
        capacity_reservation_id,
        case when capacity_reservation_id is not null then capacity_reservation_status end as capacity_reservation_status,
        charge_category_named as charge_category,
        charge_class,
        coalesce(
            charge_description,
            cast(charge_count as {{ dbt.type_string() }}) || ' charges of ' || coalesce(service_name, provider_named)
        ) as charge_description,
        coalesce(charge_frequency, case when charge_category_named = 'Usage' then 'Usage-Based' else 'One-Time' end)
            as charge_frequency,
        case when commitment_discount_id is not null then commitment_discount_category end
            as commitment_discount_category,
        commitment_discount_id,
        case when commitment_discount_id is not null then commitment_discount_name end as commitment_discount_name,
        case when commitment_discount_id is not null then commitment_discount_status end as commitment_discount_status,
        case when commitment_discount_id is not null then commitment_discount_type end as commitment_discount_type,
        case when has_commitment_quantity then commitment_discount_unit end as commitment_discount_unit,
        commitment_program_eligibility_details,
        case when consumed_quantity is not null then consumed_unit end as consumed_unit,
        contract_applied,
        case when is_priced then contracted_unit_price end as contracted_unit_price,
        coalesce(host_provider_name, provider_named) as host_provider_name,
        invoice_detail_id,
        coalesce(invoice_issuer_name, provider_named) as invoice_issuer_name,
        case when is_priced then list_unit_price end as list_unit_price,
        case when charge_category_named <> 'Tax' then pricing_category end as pricing_category,
        case when is_in_one_pricing_currency then pricing_currency else billing_currency end as pricing_currency,
        case when is_priced and is_in_one_pricing_currency then pricing_currency_contracted_unit_price end
            as pricing_currency_contracted_unit_price,
        case when is_priced and is_in_one_pricing_currency then pricing_currency_list_unit_price end
            as pricing_currency_list_unit_price,
        case when pricing_quantity is not null then pricing_unit end as pricing_unit,
        region_id,
        case when region_id is not null then region_name end as region_name,
        resource_id,
        case when resource_id is not null then resource_name end as resource_name,
        case when resource_id is not null then resource_type end as resource_type,
        category_named as service_category,
        coalesce(service_name, provider_named || services_named) as service_name,
        provider_named as service_provider_name,
        coalesce(service_subcategory, 'Other (' || category_named || ')') as service_subcategory,
        case when charge_category_named <> 'Tax' then sku_id end as sku_id,
        case when charge_category_named <> 'Tax' and sku_id is not null then coalesce(sku_meter, x_sku) end as sku_meter,
        case when is_priced then sku_price_details end as sku_price_details,
        case when is_priced then sku_price_id end as sku_price_id,
        sub_account_id,
        case when sub_account_id is not null then sub_account_name end as sub_account_name,
        case when sub_account_id is not null then sub_account_type end as sub_account_type,
        tags,
        charge_count,
        case when has_commitment_quantity then commitment_discount_quantity end as commitment_discount_quantity,
        case when consumed_unit is not null then consumed_quantity end as consumed_quantity,
        contracted_cost,
        effective_cost,
        list_cost,
        case when is_in_one_pricing_currency then pricing_currency_effective_cost else effective_cost end
            as pricing_currency_effective_cost,
        case when pricing_unit is not null then pricing_quantity end as pricing_quantity,
        billing_period_end,
        billing_period_start,
        charge_period_end,
        charge_period_start

    from named
)

select * from described
