with

billed_lines as (
    select * from {{ ref('stg_github_copilot__billed_lines') }}
),

seat_months as (
    select * from {{ ref('stg_github_copilot__seat_months') }}
),

months_with_billed_seats as (
    select {{ month_start('billed_date') }} as seat_month
    from billed_lines
    -- Licences of other products are counted in the same unit.
    where unit_type = 'user-months' and product = 'copilot'
    group by {{ month_start('billed_date') }}
),

-- Where the usage report bills seats itself, the seat list says who holds them and adds no cost.
priced_seats as (
    select seat_months.*
    from seat_months
    left join months_with_billed_seats
        on seat_months.seat_month = months_with_billed_seats.seat_month
    where months_with_billed_seats.seat_month is null
),

unioned as (
    select
        _row_id as x_charge_id,
        _delivery_id as x_delivery_id,
        _file as x_source_file,
        _row as x_source_row,
        source_table as x_source_table,
        'billed' as x_cost_basis,
        product,
        sku,
        case when is_itemised then sku else sku || ', not itemised' end as charge_description,
        unit_type,
        model,
        user_id,
        organization,
        repository,
        cast(null as {{ dbt.type_string() }}) as team,
        {{ json_object_text("'cost_center_name'", 'cost_center_name') }} as tags,
        'USD' as billing_currency,
        net_cost as billed_cost,
        shared_cost as effective_cost,
        gross_cost as list_cost,
        quantity,
        case unit_type
            when 'ai-credits' then 'AI Credits'
            when 'requests' then 'Requests'
            when 'user-months' then 'User-Months'
            else coalesce(unit_type, 'Units')
        end as pricing_unit,
        unit_type = 'user-months' as is_seat,
        cast(billed_date as {{ dbt.type_timestamp() }}) as charge_period_start,
        {{ add_days('cast(billed_date as timestamp)', 1) }} as charge_period_end

    from billed_lines
    union all
    select
        seat_month_id as x_charge_id,
        _delivery_id as x_delivery_id,
        _file as x_source_file,
        _row as x_source_row,
        'github_copilot__seats' as x_source_table,
        case when is_priced then 'tariff' else 'unpriced' end as x_cost_basis,
        'copilot' as product,
        sku,
        case when is_priced then sku || ', seat' else sku || ', seat without a tariff' end as charge_description,
        'seat-days' as unit_type,
        cast(null as {{ dbt.type_string() }}) as model,
        user_id,
        organization,
        cast(null as {{ dbt.type_string() }}) as repository,
        team,
        cast(null as {{ dbt.type_string() }}) as tags,
        coalesce(currency, 'USD') as billing_currency,
        seat_cost as billed_cost,
        seat_cost as effective_cost,
        seat_cost as list_cost,
        held_days as quantity,
        'Seat-Days' as pricing_unit,
        true as is_seat,
        cast(first_date as {{ dbt.type_timestamp() }}) as charge_period_start,
        {{ add_days('cast(last_date as timestamp)', 1) }} as charge_period_end

    from priced_seats
),

mapped as (
    select
        unioned.*,
        'github_copilot' as x_platform,
        false as x_is_coarse,
        list_cost as contracted_cost,
        'github_copilot' as billing_account_id,
        'Enterprise' as billing_account_type,
        date_trunc('month', charge_period_start) as billing_period_start,
        {{ next_month_start('charge_period_start') }} as billing_period_end,
        case when is_seat then 'Purchase' else 'Usage' end as charge_category,
        case when is_seat then 'Recurring' else 'Usage-Based' end as charge_frequency,
        'Standard' as pricing_category,
        quantity as pricing_quantity,
        case when not is_seat then quantity end as consumed_quantity,
        case when not is_seat then pricing_unit end as consumed_unit,
        case when product in ('copilot', 'spark', 'models') then 'AI and Machine Learning' else 'Developer Tools' end
            as service_category,
        case when product in ('copilot', 'spark', 'models') then 'Generative AI' else 'Other (Developer Tools)' end
            as service_subcategory,
        case product
            when 'copilot' then case when is_seat then 'GitHub Copilot Seats' else 'GitHub Copilot' end
            when 'spark' then 'GitHub Spark'
            when 'models' then 'GitHub Models'
            else 'GitHub ' || coalesce(product, 'Other')
        end as service_name,
        'GitHub' as service_provider_name,
        'GitHub' as host_provider_name,
        'GitHub' as invoice_issuer_name,
        organization as sub_account_id,
        organization as sub_account_name,
        case when organization is not null then 'Organization' end as sub_account_type,
        repository as resource_id,
        repository as resource_name,
        case when repository is not null then 'Repository' end as resource_type,
        sku as sku_id,
        sku as sku_meter,
        sku as sku_price_id,
        sku as x_sku,
        model as x_model,
        case
            when is_seat then 'seats'
            when sku like 'coding^_agent%' escape '^' then 'agents'
            when product = 'copilot' then 'code_assistant'
            else product
        end as x_feature,
        team as x_team_id,
        organization as x_account_id,
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
    'sub_account_id', 'sub_account_name', 'sub_account_type', 'resource_id', 'resource_name', 'resource_type', 'sku_id', 'sku_meter', 'sku_price_id',
    'tags', 'x_sku', 'x_model', 'x_feature', 'x_team_id', 'x_account_id', 'x_user_id',
]) }}
