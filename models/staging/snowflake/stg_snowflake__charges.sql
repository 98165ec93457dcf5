with

bill_lines as (
    select * from {{ ref('stg_snowflake__bill_lines') }}
),

parts as (
    select * from {{ ref('stg_snowflake__itemised_lines') }}
),

-- A line that is itemised leaves its parts and its rest; every other stays whole.
lines_and_parts as (
    select
        bill_lines.line_id,
        bill_lines._delivery_id,
        bill_lines._file,
        bill_lines._row,
        bill_lines.source_table,
        bill_lines.organization_name,
        bill_lines.contract_number,
        bill_lines.account_id,
        bill_lines.region,
        bill_lines.service_type,
        bill_lines.rating_type,
        bill_lines.billing_type,
        bill_lines.balance_source,
        bill_lines.currency,
        bill_lines.is_adjustment,
        bill_lines.is_priced,
        bill_lines.usage_date,
        bill_lines.ai_service is not null as is_ai,
        parts.part_id,
        parts.view_name,
        parts.function_name,
        parts.model,
        parts.query_tag,
        parts.role_id,
        parts.warehouse_id,
        parts.user_id,
        parts.service_name as item_name,
        coalesce(parts.amount, bill_lines.amount) as amount,
        case when parts.part_id is not null then parts.usage_amount else bill_lines.usage_amount end as usage_amount,
        parts.part_id is not null and not parts.is_rest as is_itemised,
        bill_lines.ai_service is not null
        and bill_lines.billing_type = 'consumption'
        and not bill_lines.is_adjustment
        and coalesce(parts.is_rest, true) as is_not_itemised

    from bill_lines
    left join parts
        on bill_lines.line_id = parts.line_id
),

named as (
    select
        lines_and_parts.*,
        case when is_not_itemised then service_type || ' not itemised' else service_type end as sku,
        case
            when is_adjustment then 'Adjustment'
            when billing_type = 'consumption' then 'Usage'
            when billing_type in ('rebate', 'support_credit') then 'Credit'
            else 'Purchase'
        end as category,
        case rating_type when 'compute' then 'Credits' when 'storage' then 'TB' when 'data_transfer' then 'TB' else 'Units' end
            as unit

    from lines_and_parts
),

mapped as (
    select
        coalesce(part_id, line_id) as x_charge_id,
        case when part_id is not null then line_id end as x_origin_charge_id,
        _delivery_id as x_delivery_id,
        source_table as x_source_table,
        _file as x_source_file,
        _row as x_source_row,
        'snowflake' as x_platform,
        case
            when not is_priced then 'unpriced'
            when is_itemised then 'derived'
            when is_not_itemised then 'unmetered'
            else 'billed'
        end as x_cost_basis,
        false as x_is_coarse,
        amount as billed_cost,
        amount as effective_cost,
        amount as list_cost,
        amount as contracted_cost,
        upper(currency) as billing_currency,
        coalesce(organization_name, contract_number, 'snowflake') as billing_account_id,
        organization_name as billing_account_name,
        'Organization' as billing_account_type,
        {{ month_start('usage_date') }} as billing_period_start,
        {{ next_month_start('usage_date') }} as billing_period_end,
        cast(usage_date as {{ dbt.type_timestamp() }}) as charge_period_start,
        {{ add_days('usage_date', 1) }} as charge_period_end,
        category as charge_category,
        case
            when is_itemised then coalesce(function_name, item_name, view_name) || ' of ' || service_type
            else sku
        end as charge_description,
        case category when 'Usage' then 'Usage-Based' when 'Purchase' then 'Recurring' else 'One-Time' end
            as charge_frequency,
        case when category = 'Usage' then usage_amount end as consumed_quantity,
        case when category = 'Usage' and usage_amount is not null then unit end as consumed_unit,
        usage_amount as pricing_quantity,
        case when usage_amount is not null then unit end as pricing_unit,
        case when category in ('Usage', 'Purchase') then 'Standard' end as pricing_category,
        upper(currency) as pricing_currency,
        case when is_ai then 'AI and Machine Learning' else 'Databases' end as service_category,
        case when is_ai then 'Generative AI' else 'Data Warehouses' end as service_subcategory,
        case when is_ai then 'Snowflake Cortex' else 'Snowflake' end as service_name,
        'Snowflake' as service_provider_name,
        'Snowflake' as host_provider_name,
        'Snowflake' as invoice_issuer_name,
        region as region_id,
        region as region_name,
        sku as sku_id,
        sku as sku_meter,
        sku as sku_price_id,
        account_id as sub_account_id,
        account_id as sub_account_name,
        case when account_id is not null then 'Account' end as sub_account_type,
        {{ json_object_or_null('query_tag') }} as tags,
        sku as x_sku,
        model as x_model,
        case
            when category = 'Credit' or is_adjustment then 'credit'
            when billing_type = 'priority support' then 'support'
            when not is_ai then case when rating_type = 'storage' then 'storage' else 'other' end
            when lower(function_name) like '%embed%' then 'embeddings'
            when lower(function_name) like '%parse_document%' or lower(function_name) like '%extract%' then 'documents'
            when view_name in ('AGENT', 'INTELLIGENCE') then 'agents'
            when view_name = 'SEARCH_DAILY' then 'search'
            when is_itemised then 'text'
            else 'other'
        end as x_feature,
        item_name as x_endpoint_id,
        query_tag as x_query_tag,
        role_id as x_role_id,
        warehouse_id as x_warehouse_id,
        account_id as x_account_id,
        user_id as x_user_id

    from named
)

{{ select_charges('mapped', filled=[
    'x_charge_id', 'x_origin_charge_id', 'x_delivery_id', 'x_source_table', 'x_source_file', 'x_source_row',
    'x_platform', 'x_cost_basis', 'x_is_coarse', 'billed_cost', 'effective_cost', 'list_cost', 'contracted_cost',
    'billing_currency', 'billing_account_id', 'billing_account_name', 'billing_account_type', 'billing_period_start',
    'billing_period_end', 'charge_period_start', 'charge_period_end', 'charge_category', 'charge_description',
    'charge_frequency', 'consumed_quantity', 'consumed_unit', 'pricing_quantity', 'pricing_unit', 'pricing_category',
    'pricing_currency', 'service_category', 'service_subcategory', 'service_name', 'service_provider_name',
    'host_provider_name', 'invoice_issuer_name', 'region_id', 'region_name', 'sku_id', 'sku_meter', 'sku_price_id',
    'sub_account_id', 'sub_account_name', 'sub_account_type', 'tags', 'x_sku', 'x_model', 'x_feature', 'x_endpoint_id',
    'x_query_tag', 'x_role_id', 'x_warehouse_id', 'x_account_id', 'x_user_id',
]) }}
