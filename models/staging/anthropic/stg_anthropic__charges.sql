with

cost_lines as (
    select * from {{ ref('stg_anthropic__cost_lines') }}
),

workspaces as (
    select * from {{ ref('stg_anthropic__workspaces') }}
),

-- Amounts are in cents, with decimals of their own: made dollars by multiplying, and rounded once, here.
in_dollars as (
    select
        cost_lines.*,
        cast(starting_at as {{ dbt.type_timestamp() }}) as charge_period_start,
        cast(ending_at as {{ dbt.type_timestamp() }}) as charge_period_end,
        cast(cast(amount as decimal(34, 16)) * cast(0.01 as decimal(2, 2)) as decimal(38, 10)) as billed_cost,
        cast(
            cast(coalesce(list_amount, amount) as decimal(34, 16)) * cast(0.01 as decimal(2, 2)) as decimal(38, 10)
        ) as list_cost

    from cost_lines
),

tagged as (
    select
        in_dollars.*,
        workspaces.workspace_name,
        workspaces.tags

    from in_dollars
    left join workspaces
        on in_dollars.workspace_id = workspaces.workspace_id
            and in_dollars.charge_period_start >= workspaces.valid_from
            and in_dollars.charge_period_start < workspaces.valid_to
),

mapped as (
    select
        _row_id as x_charge_id,
        _delivery_id as x_delivery_id,
        _file as x_source_file,
        _row as x_source_row,
        source_table as x_source_table,
        'anthropic' as x_platform,
        'billed' as x_cost_basis,
        -- The cost report has no key: token lines are split to keys by usage. Tools and sessions have no usage per key.
        coalesce(kind, 'tokens') = 'tokens' and not coalesce(names_keys, false) as x_is_coarse,
        billed_cost,
        billed_cost as effective_cost,
        list_cost,
        billed_cost as contracted_cost,
        upper(currency) as billing_currency,
        'anthropic' as billing_account_id,
        'Organization' as billing_account_type,
        date_trunc('month', charge_period_start) as billing_period_start,
        {{ next_month_start('charge_period_start') }} as billing_period_end,
        charge_period_start,
        charge_period_end,
        'Usage' as charge_category,
        coalesce(description, model_id || ', ' || canonical_token_type, model_id, kind, 'Claude API') as charge_description,
        'Usage-Based' as charge_frequency,
        'Standard' as pricing_category,
        'AI and Machine Learning' as service_category,
        'Generative AI' as service_subcategory,
        'Claude API' as service_name,
        'Anthropic' as service_provider_name,
        'Anthropic' as host_provider_name,
        'Anthropic' as invoice_issuer_name,
        nullif(inference_geo, 'not_available') as region_id,
        nullif(inference_geo, 'not_available') as region_name,
        workspace_id as sub_account_id,
        workspace_name as sub_account_name,
        case when workspace_id is not null then 'Workspace' end as sub_account_type,
        tags,
        description as sku_id,
        description as sku_meter,
        description as sku_price_id,
        description as x_sku,
        model_id as x_model,
        canonical_token_type as x_token_type,
        lower(service_tier) as x_service_tier,
        context_window as x_context_window,
        feature as x_feature,
        api_key_id as x_api_key_id,
        service_account_id as x_service_account_id,
        workspace_id as x_workspace_id,
        user_id as x_user_id

    from tagged
)

{{ select_charges('mapped', filled=[
    'x_charge_id', 'x_delivery_id', 'x_source_table', 'x_source_file', 'x_source_row', 'x_platform', 'x_cost_basis', 'x_is_coarse', 'billed_cost',
    'effective_cost', 'list_cost', 'contracted_cost', 'billing_currency', 'billing_account_id',
    'billing_account_type', 'billing_period_start', 'billing_period_end', 'charge_period_start',
    'charge_period_end', 'charge_category', 'charge_description', 'charge_frequency', 'pricing_category',
    'service_category', 'service_subcategory', 'service_name', 'service_provider_name', 'host_provider_name',
    'invoice_issuer_name', 'region_id', 'region_name', 'sku_id', 'sku_meter', 'sku_price_id', 'sub_account_id', 'sub_account_name', 'sub_account_type',
    'tags', 'x_sku', 'x_model', 'x_token_type', 'x_service_tier', 'x_context_window', 'x_feature',
    'x_api_key_id', 'x_service_account_id', 'x_workspace_id', 'x_user_id',
]) }}
