{%- set categories = [
    'AI and Machine Learning', 'Analytics', 'Business Applications', 'Compute', 'Databases', 'Developer Tools',
    'Multicloud', 'Identity', 'Integration', 'Internet of Things', 'Management and Governance', 'Media', 'Migration',
    'Mobile', 'Networking', 'Security', 'Storage', 'Web', 'Other',
] -%}
with

lines as (
    select * from {{ ref('stg_focus__lines') }}
),

skus as (
    select * from {{ ref('stg_focus__skus') }}
),

tag_sets as (
    select * from {{ ref('stg_focus__tags') }}
),

-- What older versions and careless generators leave out, the specification says how to read; a cost never gets lost.
completed as (
    select
        lines.*,
        case lower(trim(lines.charge_category))
            when 'usage' then 'Usage'
            when 'purchase' then 'Purchase'
            when 'tax' then 'Tax'
            when 'credit' then 'Credit'
            else 'Adjustment'
        end as category,
        coalesce(lines.service_provider_name, lines.provider_name, lines.publisher_name, lines.platform) as provider,
        coalesce(lines.billing_period_end, {{ next_month_start('lines.billing_period_start') }}) as period_end,
        -- Credits and other virtual currencies are no currency of this table.
        length(lines.pricing_currency) = 3 and upper(lines.pricing_currency) = lines.pricing_currency
            as has_priced_currency,
        skus.model,
        skus.token_type,
        skus.service_tier,
        skus.context_window,
        skus.usage_feature,
        cast(
            coalesce(
                cast(lines.consumed_quantity as decimal(26, 12))
                * cast(skus.tokens_per_consumed_unit as decimal(8, 0)),
                cast(lines.pricing_quantity as decimal(26, 12))
                * cast(skus.tokens_per_pricing_unit as decimal(8, 0))
            ) as {{ column_type('whole') }}
        ) as metered_tokens,
        tag_sets.tags as tag_object,
        tag_sets.environment

    from lines
    left join skus
        on lines.sku_key = skus.sku_key
    left join tag_sets
        on lines.tag_key = tag_sets.tag_key
),

mapped as (
    select
        _row_id as x_charge_id,
        _delivery_id as x_delivery_id,
        source_table as x_source_table,
        _file as x_source_file,
        _row as x_source_row,
        platform as x_platform,
        'billed' as x_cost_basis,
        false as x_is_coarse,
        billed_cost,
        coalesce(effective_cost, billed_cost) as effective_cost,
        coalesce(list_cost, contracted_cost, billed_cost) as list_cost,
        coalesce(contracted_cost, billed_cost) as contracted_cost,
        upper(billing_currency) as billing_currency,
        coalesce(billing_account_id, platform) as billing_account_id,
        billing_account_name,
        coalesce(billing_account_type, 'Billing Account') as billing_account_type,
        invoice_id,
        invoice_detail_id,
        coalesce(invoice_issuer_name, provider) as invoice_issuer_name,
        provider as service_provider_name,
        coalesce(host_provider_name, provider) as host_provider_name,
        billing_period_start,
        period_end as billing_period_end,
        charge_period_start,
        coalesce(charge_period_end, period_end) as charge_period_end,
        category as charge_category,
        case when lower(trim(charge_class)) = 'correction' then 'Correction' end as charge_class,
        coalesce(charge_description, sku_meter, sku_id, service_name, category) as charge_description,
        case
            when lower(trim(charge_frequency)) = 'recurring' then 'Recurring'
            when lower(trim(charge_frequency)) = 'one-time' then 'One-Time'
            -- Nothing is bought by using it.
            when category = 'Purchase' then 'One-Time'
            when lower(trim(charge_frequency)) = 'usage-based' or category = 'Usage' then 'Usage-Based'
            else 'One-Time'
        end as charge_frequency,
        case
            when service_category in ('{{ categories | join("', '") }}') then service_category
            when lower(service_category) = 'database' then 'Databases'
            else 'Other'
        end as service_category,
        service_subcategory,
        coalesce(service_name, provider) as service_name,
        sub_account_id,
        case when sub_account_id is not null then coalesce(sub_account_name, sub_account_id) end as sub_account_name,
        case when sub_account_id is not null then coalesce(sub_account_type, 'Sub-account') end as sub_account_type,
        sku_id,
        case when sku_id is not null then sku_meter end as sku_meter,
        case when sku_price_id is not null then sku_price_details end as sku_price_details,
        sku_price_id,
        resource_id,
        case when resource_id is not null then resource_name end as resource_name,
        case when resource_id is not null then coalesce(resource_type, service_name, provider) end as resource_type,
        region_id,
        case when region_id is not null then coalesce(region_name, region_id) end as region_name,
        availability_zone,
        -- Some generators let a purchase consume what it buys, and what nobody used be consumed.
        case when category = 'Usage' and coalesce(commitment_discount_status, 'Used') <> 'Unused' then consumed_quantity end
            as consumed_quantity,
        case when category = 'Usage' and coalesce(commitment_discount_status, 'Used') <> 'Unused' then consumed_unit end
            as consumed_unit,
        pricing_quantity,
        pricing_unit,
        pricing_category,
        list_unit_price,
        contracted_unit_price,
        case when has_priced_currency then pricing_currency else upper(billing_currency) end as pricing_currency,
        case when has_priced_currency then pricing_currency_contracted_unit_price end
            as pricing_currency_contracted_unit_price,
        case when has_priced_currency then pricing_currency_effective_cost end as pricing_currency_effective_cost,
        case when has_priced_currency then pricing_currency_list_unit_price end as pricing_currency_list_unit_price,
        case when commitment_discount_id is not null then commitment_discount_category end
            as commitment_discount_category,
        commitment_discount_id,
        case when commitment_discount_id is not null then commitment_discount_name end as commitment_discount_name,
        commitment_discount_quantity,
        case when commitment_discount_id is not null then commitment_discount_status end
            as commitment_discount_status,
        case when commitment_discount_id is not null then commitment_discount_type end as commitment_discount_type,
        commitment_discount_unit,
        commitment_program_eligibility_details,
        capacity_reservation_id,
        capacity_reservation_status,
        contract_applied,
        allocated_method_id,
        allocated_method_details,
        allocated_resource_id,
        allocated_resource_name,
        allocated_tags,
        tag_object as tags,
        coalesce(x_usage_type, case when platform = 'azure' then sku_meter end, sku_id) as x_sku,
        model as x_model,
        token_type as x_token_type,
        case when category = 'Usage' then metered_tokens end as x_token_count,
        service_tier as x_service_tier,
        context_window as x_context_window,
        case
            when category = 'Tax' then 'tax'
            when category = 'Credit' then 'credit'
            when commitment_discount_status = 'Unused' then 'commitment'
            when category = 'Purchase' and (commitment_discount_id is not null or effective_cost = 0) then 'commitment'
            when token_type = 'embedding' then 'embeddings'
            when token_type like 'audio%' then 'audio'
            when token_type like 'image%' then 'images'
            when token_type is not null then 'text'
            when service_subcategory = 'Support' then 'support'
            else coalesce(usage_feature, 'other')
        end as x_feature,
        environment as x_environment,
        credential_id as x_api_key_id,
        case when principal_id not like '%person:%' then principal_id end as x_service_account_id,
        case when principal_id like '%person:%' then regexp_extract(principal_id, 'person:[0-9a-f]+', 0) end
            as x_user_id,
        sub_account_id as x_account_id

    from completed
)

{{ select_charges('mapped', filled=charge_columns() | map('first') | reject('in', [
    'x_origin_charge_id', 'x_credited_charge_id', 'x_workflow_id', 'x_endpoint_id', 'x_query_tag', 'x_role_id',
    'x_warehouse_id', 'x_namespace', 'x_team_id', 'x_project_id', 'x_workspace_id',
]) | list) }}
