-- What OpenRouter took from the credits. Calls with the company's own keys are billed by their providers; of them only
-- OpenRouter's fee is in `usage`.
with

activity as (
    select * from {{ ref('stg_openrouter__activity') }}
),

mapped as (
    select
        _row_id as x_charge_id,
        _delivery_id as x_delivery_id,
        'openrouter__activity' as x_source_table,
        _file as x_source_file,
        _row as x_source_row,
        'openrouter' as x_platform,
        'billed' as x_cost_basis,
        false as x_is_coarse,
        coalesce(usage_cost, 0) as billed_cost,
        coalesce(usage_cost, 0) as effective_cost,
        coalesce(usage_cost, 0) as list_cost,
        coalesce(usage_cost, 0) as contracted_cost,
        'USD' as billing_currency,
        'openrouter' as billing_account_id,
        'OpenRouter' as billing_account_name,
        'Organization' as billing_account_type,
        cast(date_trunc('month', day_start) as {{ dbt.type_timestamp() }}) as billing_period_start,
        {{ next_month_start('day_start') }} as billing_period_end,
        day_start as charge_period_start,
        day_end as charge_period_end,
        'Usage' as charge_category,
        'Usage-Based' as charge_frequency,
        coalesce(model, 'unknown model') || coalesce(' by ' || provider_name, '') as charge_description,
        input_tokens + output_tokens as consumed_quantity,
        'Tokens' as consumed_unit,
        'AI and Machine Learning' as service_category,
        'OpenRouter' as service_name,
        'OpenRouter' as service_provider_name,
        coalesce(provider_name, 'OpenRouter') as host_provider_name,
        'OpenRouter' as invoice_issuer_name,
        model as x_sku,
        model as x_model,
        'text' as x_feature

    from activity
)

{{ select_charges('mapped', filled=[
    'x_charge_id', 'x_delivery_id', 'x_source_table', 'x_source_file', 'x_source_row', 'x_platform', 'x_cost_basis',
    'x_is_coarse', 'billed_cost', 'effective_cost', 'list_cost', 'contracted_cost', 'billing_currency',
    'billing_account_id', 'billing_account_name', 'billing_account_type', 'billing_period_start',
    'billing_period_end', 'charge_period_start', 'charge_period_end', 'charge_category', 'charge_frequency',
    'charge_description', 'consumed_quantity', 'consumed_unit', 'service_category', 'service_name',
    'service_provider_name', 'host_provider_name', 'invoice_issuer_name', 'x_sku', 'x_model', 'x_feature',
]) }}
