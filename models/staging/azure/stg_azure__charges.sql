with

counted_lines as (
    select * from {{ ref('stg_azure__counted_lines') }}
),

meters as (
    select * from {{ ref('stg_azure__meters') }}
),

tag_sets as (
    select * from {{ ref('stg_azure__tags') }}
),

described as (
    select
        counted_lines.*,
        meters.service_name,
        meters.service_category,
        meters.service_subcategory,
        meters.model,
        meters.token_type,
        meters.service_tier,
        meters.context_window,
        meters.inference_scope,
        meters.usage_feature,
        tag_sets.tags as tag_object,
        tag_sets.environment,
        case
            when counted_lines.is_usage_line then 'Usage'
            when counted_lines.line_type = 'Purchase' then 'Purchase'
            when counted_lines.line_type = 'Tax' then 'Tax'
            else 'Adjustment'
        end as category,
        cast(
            cast(counted_lines.quantity as decimal(26, 12)) * cast(meters.tokens_per_unit as decimal(8, 0))
            as {{ column_type('whole') }}
        ) as metered_tokens,
        case
            when meters.tokens_per_unit = 1 then 'Tokens'
            when meters.tokens_per_unit is not null
                then cast(meters.tokens_per_unit as {{ dbt.type_string() }}) || ' Tokens'
            when lower(counted_lines.unit_of_measure) in ('1 hour', '1/hour', '1 hours') then 'Hours'
            when lower(counted_lines.unit_of_measure) in ('1/month', '1 /month', '1 month') then 'Months'
            when lower(counted_lines.unit_of_measure) = '1 gb/month' then 'GB-Months'
            when trim(counted_lines.unit_of_measure) = '1' then 'Units'
            -- A block of nothing in particular: FOCUS wants more than a number.
            when regexp_extract(upper(counted_lines.unit_of_measure), '^ *[0-9]+[KM]? *$', 0) <> ''
                then regexp_extract(counted_lines.unit_of_measure, '[0-9]+', 0)
                    || case regexp_extract(upper(counted_lines.unit_of_measure), '[KM]', 0)
                        when 'K' then '000'
                        when 'M' then '000000'
                        else ''
                    end || ' Units'
            else coalesce(counted_lines.unit_of_measure, 'Units')
        end as unit

    from counted_lines
    left join meters
        on counted_lines.meter_key = meters.meter_key
    left join tag_sets
        on counted_lines.tag_key = tag_sets.tag_key
),

mapped as (
    select
        _row_id as x_charge_id,
        _delivery_id as x_delivery_id,
        'azure__' || dataset as x_source_table,
        _file as x_source_file,
        _row as x_source_row,
        'azure' as x_platform,
        'billed' as x_cost_basis,
        false as x_is_coarse,
        billed_cost,
        effective_cost,
        coalesce(nullif(payg_cost, 0), cost) as list_cost,
        cost as contracted_cost,
        currency as billing_currency,
        billing_account as billing_account_id,
        billing_account_name,
        'Billing Account' as billing_account_type,
        invoice_id,
        billing_period_start,
        billing_period_end,
        charge_day as charge_period_start,
        charge_end as charge_period_end,
        category as charge_category,
        case
            when line_type = 'Refund' and (previous_invoice_id is not null or charge_day < billing_period_start)
                then 'Correction'
        end as charge_class,
        coalesce(product, meter_name, product_order_name, meter_category, line_type) as charge_description,
        case
            when lower(frequency) = 'recurring' then 'Recurring'
            when category = 'Usage' then 'Usage-Based'
            else 'One-Time'
        end as charge_frequency,
        commitment_id as commitment_discount_id,
        case
            when commitment_id is null then null
            when commitment_model = 'savingsplan' or line_type = 'UnusedSavingsPlan' then 'Spend'
            else 'Usage'
        end as commitment_discount_category,
        case when commitment_id is not null then coalesce(benefit_name, reservation_name) end as commitment_discount_name,
        case when commitment_id is not null then quantity end as commitment_discount_quantity,
        case
            when commitment_id is null then null
            when is_unused_commitment then 'Unused'
            when is_covered_usage then 'Used'
        end as commitment_discount_status,
        case
            when commitment_id is null then null
            when commitment_model = 'savingsplan' or line_type = 'UnusedSavingsPlan' then 'Savings Plan'
            else 'Reservation'
        end as commitment_discount_type,
        case when commitment_id is not null and quantity is not null then unit end as commitment_discount_unit,
        case when category = 'Usage' and not is_unused_commitment then coalesce(metered_tokens, quantity) end
            as consumed_quantity,
        case
            when category <> 'Usage' or is_unused_commitment or quantity is null then null
            when metered_tokens is not null then 'Tokens'
            else unit
        end as consumed_unit,
        case when category <> 'Tax' then quantity end as pricing_quantity,
        case when category <> 'Tax' and quantity is not null then unit end as pricing_unit,
        effective_price as contracted_unit_price,
        case
            when is_unused_commitment or is_covered_usage then 'Committed'
            when category = 'Usage' and commitment_model = 'spot' then 'Dynamic'
            when category in ('Usage', 'Purchase') then 'Standard'
        end as pricing_category,
        currency as pricing_currency,
        service_category,
        service_subcategory,
        service_name,
        case when is_marketplace then coalesce(publisher_name, 'Microsoft') else 'Microsoft' end as service_provider_name,
        'Microsoft' as host_provider_name,
        'Microsoft' as invoice_issuer_name,
        availability_zone,
        lower(resource_location) as region_id,
        resource_location as region_name,
        resource_path as resource_id,
        case when resource_path is not null then resource_name end as resource_name,
        case
            when resource_path is not null
                then coalesce(nullif(regexp_extract(resource_path, '/providers/([^/]+/[^/]+)', 1), ''), service_name)
        end as resource_type,
        case when category <> 'Tax' then coalesce(part_number, meter_id, product_order_name) end as sku_id,
        case when category <> 'Tax' and coalesce(part_number, meter_id, product_order_name) is not null then meter_name end
            as sku_meter,
        case when category <> 'Tax' then coalesce(part_number, meter_id, product_order_name) end as sku_price_id,
        case
            when category <> 'Tax' and coalesce(part_number, meter_id, product_order_name) is not null
                then {{ json_object_text("'x_InferenceScope'", 'inference_scope') }}
        end as sku_price_details,
        subscription as sub_account_id,
        case when subscription is not null then coalesce(subscription_name, subscription) end as sub_account_name,
        case when subscription is not null then 'Subscription' end as sub_account_type,
        tag_object as tags,
        coalesce(meter_name, product, product_order_name) as x_sku,
        model as x_model,
        token_type as x_token_type,
        case when category = 'Usage' and not is_unused_commitment then metered_tokens end as x_token_count,
        service_tier as x_service_tier,
        context_window as x_context_window,
        case
            when category = 'Tax' then 'tax'
            when is_commitment_purchase or is_unused_commitment then 'commitment'
            when line_type = 'Refund' then 'credit'
            else usage_feature
        end as x_feature,
        environment as x_environment,
        subscription as x_account_id

    from described
)

{{ select_charges('mapped', filled=[
    'x_charge_id', 'x_delivery_id', 'x_source_table', 'x_source_file', 'x_source_row', 'x_platform', 'x_cost_basis',
    'x_is_coarse', 'billed_cost', 'effective_cost', 'list_cost', 'contracted_cost', 'billing_currency',
    'billing_account_id', 'billing_account_name', 'billing_account_type', 'invoice_id', 'billing_period_start',
    'billing_period_end', 'charge_period_start', 'charge_period_end', 'charge_category', 'charge_class',
    'charge_description', 'charge_frequency', 'commitment_discount_id', 'commitment_discount_category',
    'commitment_discount_name', 'commitment_discount_quantity', 'commitment_discount_status',
    'commitment_discount_type', 'commitment_discount_unit', 'consumed_quantity', 'consumed_unit', 'pricing_quantity',
    'pricing_unit', 'contracted_unit_price', 'pricing_category', 'pricing_currency', 'service_category',
    'service_subcategory', 'service_name', 'service_provider_name', 'host_provider_name', 'invoice_issuer_name',
    'availability_zone', 'region_id', 'region_name', 'resource_id', 'resource_name', 'resource_type', 'sku_id',
    'sku_meter', 'sku_price_id', 'sku_price_details', 'sub_account_id', 'sub_account_name', 'sub_account_type', 'tags',
    'x_sku', 'x_model', 'x_token_type', 'x_token_count', 'x_service_tier', 'x_context_window', 'x_feature',
    'x_environment', 'x_account_id',
]) }}
