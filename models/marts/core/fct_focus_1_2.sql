{#- A view: the same charges in older words. -#}
{{ config(materialized='view') }}

with

cost_and_usage as (
    select * from {{ ref('fct_focus_cost_and_usage') }}
),

in_words_of_1_2 as (
    select
        availability_zone,
        billed_cost,
        billing_account_id,
        coalesce(billing_account_name, billing_account_id) as billing_account_name,
        coalesce(billing_account_type, 'Billing Account') as billing_account_type,
        billing_currency,
        {{ iso_instant('billing_period_end') }} as billing_period_end,
        {{ iso_instant('billing_period_start') }} as billing_period_start,
        capacity_reservation_id,
        capacity_reservation_status,
        charge_category,
        charge_class,
        charge_description,
        charge_frequency,
        {{ iso_instant('charge_period_end') }} as charge_period_end,
        {{ iso_instant('charge_period_start') }} as charge_period_start,
        commitment_discount_category,
        commitment_discount_id,
        commitment_discount_name,
        commitment_discount_quantity,
        commitment_discount_status,
        commitment_discount_type,
        commitment_discount_unit,
        consumed_quantity,
        consumed_unit,
        contracted_cost,
        contracted_unit_price,
        effective_cost,
        invoice_id,
        invoice_issuer_name,
        list_cost,
        list_unit_price,
        pricing_category,
        pricing_currency,
        pricing_currency_contracted_unit_price,
        pricing_currency_effective_cost,
        pricing_currency_list_unit_price,
        pricing_quantity,
        pricing_unit,
        service_provider_name as provider_name,
        service_provider_name as publisher_name,
        region_id,
        region_name,
        resource_id,
        resource_name,
        resource_type,
        service_category,
        service_name,
        service_subcategory,
        sku_id,
        sku_meter,
        sku_price_details,
        sku_price_id,
        sub_account_id,
        coalesce(sub_account_name, sub_account_id) as sub_account_name,
        case when sub_account_id is not null then coalesce(sub_account_type, 'Sub-account') end as sub_account_type,
        tags,
        x_charge_id,
        x_platform

    from cost_and_usage
)

select * from in_words_of_1_2
