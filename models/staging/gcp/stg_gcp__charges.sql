with

lines as (
    select * from {{ ref('stg_gcp__lines') }}
),

skus as (
    select * from {{ ref('stg_gcp__skus') }}
),

tag_sets as (
    select * from {{ ref('stg_gcp__tags') }}
),

described as (
    select
        lines.*,
        skus.model,
        skus.token_type,
        skus.metered_in,
        skus.service_tier,
        skus.context_window,
        skus.usage_feature,
        skus.service_category,
        skus.service_subcategory,
        tag_sets.tags,
        tag_sets.environment,
        -- A kind of row that Google adds later is an adjustment, and never lost.
        case
            when lines.cost_type = 'tax' then 'Tax'
            when lines.cost_type <> 'regular' then 'Adjustment'
            when skus.usage_feature = 'commitment' then 'Purchase'
            else 'Usage'
        end as category,
        case skus.metered_in
            when 'tokens' then 'Tokens'
            when 'characters' then 'Characters'
            else lines.usage_unit
        end as consumed_in

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
        'gcp' as x_platform,
        'billed' as x_cost_basis,
        false as x_is_coarse,
        cost + credit_amount as billed_cost,
        cost + credit_amount as effective_cost,
        coalesce(cost_at_list, cost) as list_cost,
        cost as contracted_cost,
        upper(currency) as billing_currency,
        billing_account_id,
        'Billing Account' as billing_account_type,
        {{ month_start('billing_period_start') }} as billing_period_start,
        {{ next_month_start('billing_period_start') }} as billing_period_end,
        usage_start as charge_period_start,
        coalesce(usage_end, {{ next_month_start('billing_period_start') }}) as charge_period_end,
        category as charge_category,
        case when is_correction then 'Correction' end as charge_class,
        coalesce(sku, service_name, cost_type) as charge_description,
        case category when 'Usage' then 'Usage-Based' when 'Purchase' then 'Recurring' else 'One-Time' end
            as charge_frequency,
        case when category = 'Usage' then usage_amount end as consumed_quantity,
        case when category = 'Usage' and usage_amount is not null then coalesce(consumed_in, 'Units') end as consumed_unit,
        case when category <> 'Tax' then pricing_amount end as pricing_quantity,
        case when category <> 'Tax' and pricing_amount is not null then coalesce(pricing_unit, 'Units') end as pricing_unit,
        case when category = 'Usage' then unit_price end as contracted_unit_price,
        case when category in ('Usage', 'Purchase') then 'Standard' end as pricing_category,
        currency as pricing_currency,
        service_category,
        service_subcategory,
        coalesce(service_name, 'Google Cloud') as service_name,
        coalesce(seller_name, 'Google Cloud') as service_provider_name,
        'Google Cloud' as host_provider_name,
        'Google Cloud' as invoice_issuer_name,
        zone as availability_zone,
        region as region_id,
        region as region_name,
        resource_id,
        case when resource_id is not null then resource_name end as resource_name,
        case when resource_id is not null then coalesce(service_name, 'Google Cloud') end as resource_type,
        case when category <> 'Tax' then sku_id end as sku_id,
        case when category <> 'Tax' and sku_id is not null then sku end as sku_meter,
        case when category <> 'Tax' then sku_id end as sku_price_id,
        project_id as sub_account_id,
        case when project_id is not null then coalesce(project_name, project_id) end as sub_account_name,
        case when project_id is not null then 'Project' end as sub_account_type,
        tags,
        sku as x_sku,
        model as x_model,
        token_type as x_token_type,
        case when category = 'Usage' and token_type is not null then cast(usage_amount as {{ column_type('whole') }}) end as x_token_count,
        service_tier as x_service_tier,
        context_window as x_context_window,
        case
            when category = 'Tax' then 'tax'
            when category = 'Adjustment' and usage_feature = 'other' then 'credit'
            else usage_feature
        end as x_feature,
        environment as x_environment,
        project_id as x_project_id

    from described
)

{{ select_charges('mapped', filled=[
    'x_charge_id', 'x_delivery_id', 'x_source_table', 'x_source_file', 'x_source_row', 'x_platform', 'x_cost_basis',
    'x_is_coarse', 'billed_cost', 'effective_cost', 'list_cost', 'contracted_cost', 'billing_currency',
    'billing_account_id', 'billing_account_type', 'billing_period_start', 'billing_period_end', 'charge_period_start',
    'charge_period_end', 'charge_category', 'charge_class', 'charge_description', 'charge_frequency',
    'consumed_quantity', 'consumed_unit', 'pricing_quantity', 'pricing_unit', 'contracted_unit_price',
    'pricing_category', 'pricing_currency', 'service_category', 'service_subcategory', 'service_name',
    'service_provider_name', 'host_provider_name', 'invoice_issuer_name', 'availability_zone', 'region_id',
    'region_name', 'resource_id', 'resource_name', 'resource_type', 'sku_id', 'sku_meter', 'sku_price_id',
    'sub_account_id', 'sub_account_name', 'sub_account_type', 'tags', 'x_sku', 'x_model', 'x_token_type',
    'x_token_count', 'x_service_tier', 'x_context_window', 'x_feature', 'x_environment', 'x_project_id',
]) }}
