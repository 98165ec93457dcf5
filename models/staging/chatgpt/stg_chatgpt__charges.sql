with

seat_months as (
    select * from {{ ref('stg_chatgpt__seat_months') }}
),

credits as (
    select * from {{ ref('stg_chatgpt__credits') }}
),

unioned as (
    select
        seat_month_id as x_charge_id,
        _delivery_id as x_delivery_id,
        _file as x_source_file,
        _row as x_source_row,
        'chatgpt__members' as x_source_table,
        account_id,
        user_id,
        sku as x_sku,
        sku as tariff_sku,
        'ChatGPT Seats' as service_name,
        case when is_priced then sku else sku || ' without a tariff' end as charge_description,
        cast(null as {{ dbt.type_string() }}) as model,
        cast(null as {{ dbt.type_string() }}) as token_type,
        'seats' as feature,
        currency,
        seat_cost as cost,
        held_days as quantity,
        'Seat-Days' as unit,
        cast(null as {{ column_type('quantity') }}) as token_count,
        is_priced,
        true as is_seat,
        cast(first_date as {{ dbt.type_timestamp() }}) as charge_period_start,
        {{ add_days('cast(last_date as timestamp)', 1) }} as charge_period_end

    from seat_months
    union all
    select
        _row_id as x_charge_id,
        _delivery_id as x_delivery_id,
        _file as x_source_file,
        _row as x_source_row,
        'chatgpt__credits' as x_source_table,
        account_id,
        user_id,
        usage_type as x_sku,
        'credit' as tariff_sku,
        'ChatGPT Credits' as service_name,
        case when is_priced then usage_type else usage_type || ' without a tariff' end as charge_description,
        model,
        token_type,
        feature,
        currency,
        credit_cost as cost,
        credit_count as quantity,
        'Credits' as unit,
        case when usage_units = 'tokens' then usage_quantity end as token_count,
        is_priced,
        false as is_seat,
        cast(used_date as {{ dbt.type_timestamp() }}) as charge_period_start,
        {{ add_days('cast(used_date as timestamp)', 1) }} as charge_period_end

    from credits
),

mapped as (
    select
        unioned.*,
        'chatgpt' as x_platform,
        case when is_priced then 'tariff' else 'unpriced' end as x_cost_basis,
        false as x_is_coarse,
        cost as billed_cost,
        cost as effective_cost,
        cost as list_cost,
        cost as contracted_cost,
        coalesce(currency, 'USD') as billing_currency,
        coalesce(account_id, 'chatgpt') as billing_account_id,
        'Workspace' as billing_account_type,
        date_trunc('month', charge_period_start) as billing_period_start,
        {{ next_month_start('charge_period_start') }} as billing_period_end,
        case when is_seat then 'Purchase' when quantity < 0 then 'Credit' else 'Usage' end as charge_category,
        case when is_seat then 'Recurring' when quantity < 0 then 'One-Time' else 'Usage-Based' end
            as charge_frequency,
        'Standard' as pricing_category,
        quantity as pricing_quantity,
        unit as pricing_unit,
        case when not is_seat and quantity >= 0 then quantity end as consumed_quantity,
        case when not is_seat and quantity >= 0 then unit end as consumed_unit,
        'AI and Machine Learning' as service_category,
        'Generative AI' as service_subcategory,
        'OpenAI' as service_provider_name,
        'OpenAI' as host_provider_name,
        'OpenAI' as invoice_issuer_name,
        tariff_sku as sku_id,
        x_sku as sku_meter,
        tariff_sku as sku_price_id,
        model as x_model,
        token_type as x_token_type,
        token_count as x_token_count,
        feature as x_feature,
        user_id as x_user_id

    from unioned
)

{{ select_charges('mapped', filled=[
    'x_charge_id', 'x_delivery_id', 'x_source_table', 'x_source_file', 'x_source_row', 'x_platform', 'x_cost_basis',
    'x_is_coarse', 'billed_cost', 'effective_cost', 'list_cost', 'contracted_cost', 'billing_currency',
    'billing_account_id', 'billing_account_type', 'billing_period_start', 'billing_period_end', 'charge_period_start',
    'charge_period_end', 'charge_category', 'charge_description', 'charge_frequency', 'pricing_category',
    'pricing_quantity', 'pricing_unit', 'consumed_quantity', 'consumed_unit', 'service_category',
    'service_subcategory', 'service_name', 'service_provider_name', 'host_provider_name', 'invoice_issuer_name',
    'sku_id', 'sku_meter', 'sku_price_id', 'x_sku', 'x_model', 'x_token_type', 'x_token_count', 'x_feature', 'x_user_id',
]) }}
