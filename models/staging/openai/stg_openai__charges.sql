with

line_items as (
    select * from {{ ref('stg_openai__line_items') }}
),

measured as (
    select
        line_items.*,
        cast(start_time as {{ dbt.type_timestamp() }}) as charge_period_start,
        cast(end_time as {{ dbt.type_timestamp() }}) as charge_period_end,
        -- The vendor may leave the amount out: a line of no cost, which is kept.
        coalesce(cast(amount_value as decimal(38, 10)), 0) as billed_cost,
        cast(quantity as decimal(26, 10)) as pricing_quantity,
        case quantity_unit
            when 'tokens' then 'Tokens'
            when '1000_tokens' then '1000 Tokens'
            when 'duration_seconds' then 'Seconds'
            when 'duration_minutes' then 'Minutes'
            when 'duration_hours' then 'Hours'
            when 'gibibyte_hours' then 'GiB-Hours'
            when 'images' then 'Images'
            when 'characters' then 'Characters'
            -- Older exports state no unit, and FOCUS has no quantity without one.
            else coalesce(quantity_unit, case when quantity is not null then 'Units' end)
        end as pricing_unit,
        case feature
            when 'credit' then 'Credit'
            when 'tax' then 'Tax'
            when 'commitment' then 'Purchase'
            else 'Usage'
        end as charge_category

    from line_items
),

mapped as (
    select
        _row_id as x_charge_id,
        _delivery_id as x_delivery_id,
        _file as x_source_file,
        _row as x_source_row,
        source_table as x_source_table,
        'openai' as x_platform,
        'billed' as x_cost_basis,
        -- The dashboard's export has no keys.
        coalesce(source_table = 'openai__dashboard_cost', false) as x_is_coarse,
        billed_cost,
        billed_cost as effective_cost,
        billed_cost as list_cost,
        billed_cost as contracted_cost,
        coalesce(upper(amount_currency), 'USD') as billing_currency,
        coalesce(organization_id, 'openai') as billing_account_id,
        organization_name as billing_account_name,
        'Organization' as billing_account_type,
        date_trunc('month', charge_period_start) as billing_period_start,
        {{ next_month_start('charge_period_start') }} as billing_period_end,
        charge_period_start,
        charge_period_end,
        charge_category,
        coalesce(line_item, 'OpenAI API') as charge_description,
        case charge_category when 'Usage' then 'Usage-Based' when 'Purchase' then 'Recurring' else 'One-Time' end
            as charge_frequency,
        case when charge_category in ('Usage', 'Purchase') then 'Standard' end as pricing_category,
        case when charge_category <> 'Tax' then pricing_quantity end as pricing_quantity,
        case when charge_category <> 'Tax' then pricing_unit end as pricing_unit,
        case
            when charge_category <> 'Usage' then null
            when pricing_unit = '1000 Tokens' then pricing_quantity * 1000
            else pricing_quantity
        end as consumed_quantity,
        case
            when charge_category <> 'Usage' then null
            when pricing_unit = '1000 Tokens' then 'Tokens'
            else pricing_unit
        end as consumed_unit,
        'AI and Machine Learning' as service_category,
        'Generative AI' as service_subcategory,
        'OpenAI API' as service_name,
        'OpenAI' as service_provider_name,
        'OpenAI' as host_provider_name,
        'OpenAI' as invoice_issuer_name,
        project_id as sub_account_id,
        case when project_id is not null then project_name end as sub_account_name,
        case when project_id is not null then 'Project' end as sub_account_type,
        case when charge_category <> 'Tax' then line_item end as sku_id,
        case when charge_category <> 'Tax' then line_item end as sku_meter,
        case when charge_category <> 'Tax' then line_item end as sku_price_id,
        line_item as x_sku,
        model as x_model,
        token_type as x_token_type,
        case
            when pricing_unit = 'Tokens' then pricing_quantity
            when pricing_unit = '1000 Tokens' then pricing_quantity * 1000
        end as x_token_count,
        feature as x_feature,
        api_key_id as x_api_key_id,
        project_id as x_project_id,
        user_id as x_user_id

    from measured
)

{{ select_charges('mapped', filled=[
    'x_charge_id', 'x_delivery_id', 'x_source_table', 'x_source_file', 'x_source_row', 'x_platform', 'x_cost_basis', 'x_is_coarse', 'billed_cost',
    'effective_cost', 'list_cost', 'contracted_cost', 'billing_currency', 'billing_account_id',
    'billing_account_name', 'billing_account_type', 'billing_period_start', 'billing_period_end',
    'charge_period_start', 'charge_period_end', 'charge_category', 'charge_description', 'charge_frequency',
    'pricing_category', 'pricing_quantity', 'pricing_unit', 'consumed_quantity', 'consumed_unit',
    'service_category', 'service_subcategory', 'service_name', 'service_provider_name', 'host_provider_name',
    'invoice_issuer_name', 'sku_id', 'sku_meter', 'sku_price_id', 'sub_account_id', 'sub_account_name', 'sub_account_type', 'x_sku', 'x_model',
    'x_token_type', 'x_token_count', 'x_feature', 'x_api_key_id', 'x_project_id', 'x_user_id',
]) }}
