with

described_lines as (
    select * from {{ ref('stg_aws__described_lines') }}
),

mapped as (
    select
        case when is_unused_part then _row_id || ':unused' else _row_id end as x_charge_id,
        _delivery_id as x_delivery_id,
        source_table as x_source_table,
        _file as x_source_file,
        _row as x_source_row,
        'aws' as x_platform,
        'billed' as x_cost_basis,
        false as x_is_coarse,
        billed_cost,
        effective_cost,
        list_cost,
        contracted_cost,
        upper(currency_code) as billing_currency,
        payer_account_id as billing_account_id,
        payer_account_name as billing_account_name,
        'Payer Account' as billing_account_type,
        invoice_id,
        billing_period_start,
        coalesce(billing_period_end, {{ next_month_start('billing_period_start') }}) as billing_period_end,
        usage_start as charge_period_start,
        coalesce(usage_end, billing_period_end, {{ next_month_start('billing_period_start') }}) as charge_period_end,
        charge_category,
        case
            when line_type = 'Refund' and (is_refund_bill or usage_start < billing_period_start) then 'Correction'
        end as charge_class,
        case when is_unused_part then 'Unused part of: ' else '' end
        || coalesce(description, usage_type, service_name) as charge_description,
        charge_frequency,
        case when commitment_arn is null then null when savings_plan_arn is not null then 'Spend' else 'Usage' end
            as commitment_discount_category,
        commitment_arn as commitment_discount_id,
        case when commitment_arn is not null then commitment_quantity end as commitment_discount_quantity,
        case
            when commitment_arn is null then null
            when is_unused_part then 'Unused'
            when is_usage_line then 'Used'
        end as commitment_discount_status,
        case
            when commitment_arn is null then null
            when savings_plan_arn is not null then 'Savings Plan'
            else 'Reserved Instance'
        end as commitment_discount_type,
        case
            when commitment_arn is null or commitment_quantity is null then null
            when savings_plan_arn is not null then currency_code
            else unit
        end as commitment_discount_unit,
        capacity_id as capacity_reservation_id,
        case
            when capacity_id is null or charge_category <> 'Usage' then null
            when lower(capacity_reservation_status) = 'unused' or usage_type like '%Unused%' then 'Unused'
            else 'Used'
        end as capacity_reservation_status,
        case when is_usage_line then coalesce(metered_tokens, metered_amount) end as consumed_quantity,
        case
            when not is_usage_line or metered_amount is null then null
            when metered_tokens is not null then 'Tokens'
            else unit
        end as consumed_unit,
        case when charge_category <> 'Tax' then metered_amount end as pricing_quantity,
        case when charge_category <> 'Tax' and metered_amount is not null then unit end as pricing_unit,
        case when is_usage_line then public_rate end as list_unit_price,
        case
            when is_unused_part or line_type in ('DiscountedUsage', 'SavingsPlanCoveredUsage') then 'Committed'
            when charge_category = 'Usage' and pricing_term = 'Spot' then 'Dynamic'
            when charge_category in ('Usage', 'Purchase') then 'Standard'
        end as pricing_category,
        currency_code as pricing_currency,
        service_category,
        service_subcategory,
        service_name,
        case when is_marketplace then coalesce(legal_entity, 'Amazon Web Services') else 'Amazon Web Services' end
            as service_provider_name,
        'Amazon Web Services' as host_provider_name,
        coalesce(invoicing_entity, 'Amazon Web Services') as invoice_issuer_name,
        availability_zone,
        region_code as region_id,
        case when region_code is not null then coalesce(region_name, region_code) end as region_name,
        resource_id,
        case
            when resource_id like 'arn:%' then split_part(split_part(resource_id, ':', 6), '/', 1)
            when resource_id is not null then service_name
        end as resource_type,
        case when charge_category <> 'Tax' then coalesce(sku, usage_type, product_code) end as sku_id,
        case when charge_category <> 'Tax' then usage_type end as sku_meter,
        case when charge_category <> 'Tax' then coalesce(rate_code, sku, usage_type, product_code) end as sku_price_id,
        case
            when charge_category <> 'Tax' then {{ json_object_text("'x_InferenceScope'", 'inference_scope') }}
        end as sku_price_details,
        usage_account_id as sub_account_id,
        case when usage_account_id is not null then coalesce(usage_account_name, usage_account_id) end
            as sub_account_name,
        case when usage_account_id is not null then 'Account' end as sub_account_type,
        merged_tags as tags,
        usage_type as x_sku,
        model as x_model,
        token_type as x_token_type,
        case when is_usage_line then metered_tokens end as x_token_count,
        service_tier as x_service_tier,
        context_window as x_context_window,
        case
            when charge_category = 'Tax' then 'tax'
            when is_commitment_line then 'commitment'
            when line_type in ('Credit', 'Refund') then 'credit'
            -- A discount line that names what it is on belongs there.
            when charge_category = 'Credit' and usage_feature = 'other' then 'credit'
            else usage_feature
        end as x_feature,
        environment as x_environment,
        role_id as x_role_id,
        namespace as x_namespace,
        usage_account_id as x_account_id,
        user_id as x_user_id

    from described_lines
)

{{ select_charges('mapped', filled=[
    'x_charge_id', 'x_delivery_id', 'x_source_table', 'x_source_file', 'x_source_row', 'x_platform', 'x_cost_basis',
    'x_is_coarse', 'billed_cost', 'effective_cost', 'list_cost', 'contracted_cost', 'billing_currency',
    'billing_account_id', 'billing_account_name', 'billing_account_type', 'invoice_id', 'billing_period_start',
    'billing_period_end', 'charge_period_start', 'charge_period_end', 'charge_category', 'charge_class',
    'charge_description', 'charge_frequency', 'commitment_discount_category', 'commitment_discount_id',
    'commitment_discount_quantity', 'commitment_discount_status', 'commitment_discount_type',
    'commitment_discount_unit', 'capacity_reservation_id', 'capacity_reservation_status', 'consumed_quantity',
    'consumed_unit', 'pricing_quantity', 'pricing_unit', 'list_unit_price', 'pricing_category', 'pricing_currency',
    'service_category', 'service_subcategory', 'service_name', 'service_provider_name', 'host_provider_name',
    'invoice_issuer_name', 'availability_zone', 'region_id', 'region_name', 'resource_id', 'resource_type', 'sku_id',
    'sku_meter', 'sku_price_id', 'sku_price_details', 'sub_account_id', 'sub_account_name', 'sub_account_type',
    'tags', 'x_sku', 'x_model', 'x_token_type', 'x_token_count', 'x_service_tier', 'x_context_window', 'x_feature',
    'x_environment', 'x_role_id', 'x_namespace', 'x_account_id', 'x_user_id',
]) }}
