with

seat_months as (
    select * from {{ ref('stg_m365_copilot__seat_months') }}
),

credits as (
    select * from {{ ref('stg_m365_copilot__credits') }}
),

unioned as (
    select
        seat_month_id as x_charge_id,
        _delivery_id as x_delivery_id,
        _file as x_source_file,
        _row as x_source_row,
        'm365_copilot__user_detail' as x_source_table,
        user_id,
        cast(null as {{ dbt.type_string() }}) as environment_id,
        cast(null as {{ dbt.type_string() }}) as environment_name,
        cast(null as {{ dbt.type_string() }}) as agent_id,
        cast(null as {{ dbt.type_string() }}) as agent_name,
        sku as x_sku,
        sku as tariff_sku,
        'Microsoft 365 Copilot Seats' as service_name,
        'seats' as feature,
        currency,
        seat_cost as cost,
        held_days as quantity,
        'Seat-Days' as unit,
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
        source_table as x_source_table,
        user_id,
        environment_id,
        environment_name,
        agent_id,
        agent_name,
        coalesce(agent_feature, 'copilot-credit') as x_sku,
        'copilot-credit' as tariff_sku,
        case source_table
            when 'm365_copilot__agent_credits' then 'Microsoft Copilot Studio'
            else 'Microsoft 365 Copilot Credits'
        end as service_name,
        case source_table when 'm365_copilot__agent_credits' then 'agents' else 'chat' end as feature,
        currency,
        credit_cost as cost,
        credit_count as quantity,
        'Credits' as unit,
        is_priced,
        false as is_seat,
        cast(used_date as {{ dbt.type_timestamp() }}) as charge_period_start,
        {{ add_days('cast(used_date as timestamp)', 1) }} as charge_period_end

    from credits
),

mapped as (
    select
        unioned.*,
        'm365_copilot' as x_platform,
        case when is_priced then 'tariff' else 'unpriced' end as x_cost_basis,
        false as x_is_coarse,
        cost as billed_cost,
        cost as effective_cost,
        cost as list_cost,
        cost as contracted_cost,
        coalesce(currency, 'USD') as billing_currency,
        'm365_copilot' as billing_account_id,
        'Tenant' as billing_account_type,
        date_trunc('month', charge_period_start) as billing_period_start,
        {{ next_month_start('charge_period_start') }} as billing_period_end,
        case when is_seat then 'Purchase' when quantity < 0 then 'Credit' else 'Usage' end as charge_category,
        case when is_priced then x_sku else x_sku || ' without a tariff' end as charge_description,
        case when is_seat then 'Recurring' when quantity < 0 then 'One-Time' else 'Usage-Based' end
            as charge_frequency,
        'Standard' as pricing_category,
        quantity as pricing_quantity,
        unit as pricing_unit,
        case when not is_seat and quantity >= 0 then quantity end as consumed_quantity,
        case when not is_seat and quantity >= 0 then unit end as consumed_unit,
        'AI and Machine Learning' as service_category,
        'Generative AI' as service_subcategory,
        'Microsoft' as service_provider_name,
        'Microsoft' as host_provider_name,
        'Microsoft' as invoice_issuer_name,
        environment_id as sub_account_id,
        environment_name as sub_account_name,
        case when environment_id is not null then 'Environment' end as sub_account_type,
        agent_id as resource_id,
        agent_name as resource_name,
        case when agent_id is not null then 'Agent' end as resource_type,
        tariff_sku as sku_id,
        x_sku as sku_meter,
        tariff_sku as sku_price_id,
        feature as x_feature,
        environment_id as x_workspace_id,
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
    'sub_account_id', 'sub_account_name', 'sub_account_type', 'resource_id', 'resource_name', 'resource_type',
    'sku_id', 'sku_meter', 'sku_price_id', 'x_sku', 'x_feature', 'x_workspace_id', 'x_user_id',
]) }}
