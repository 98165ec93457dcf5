{%- set texts = [
    'billing_account_name', 'invoice_id', 'subscription_name', 'resource_name', 'resource_location', 'availability_zone',
    'charge_type', 'frequency', 'pricing_model', 'publisher_name', 'plan_name', 'product_order_name', 'part_number',
    'meter_id', 'meter_category', 'meter_sub_category', 'meter_name', 'meter_region', 'unit_of_measure',
    'pricing_currency', 'benefit_name', 'reservation_name', 'tags',
] -%}
{%- set read = [
    'date', 'cost', 'billing_currency', 'billing_account_id', 'billing_period_start_date', 'billing_period_end_date',
    'subscription_id', 'subscription_guid', 'resource_id', 'publisher_type', 'product', 'consumed_service', 'quantity',
    'effective_price', 'payg_cost_in_billing_currency', 'reservation_id', 'benefit_id', 'term', 'previous_invoice_id',
] -%}
-- One row per line of actual or of amortized cost, with its types and the keys of what is looked up once per distinct value.
with

files as (
    {%- for dataset in ['actual', 'amortized'] %}
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        '{{ dataset }}' as dataset,
        {{ (texts + read) | join(',\n        ') }}

    from {{ source('azure', dataset) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

-- One word for what old and new, Enterprise and pay-as-you-go files call differently.
named as (
    select
        files.*,
        coalesce(subscription_guid, subscription_id) as subscription,
        lower(coalesce(
            consumed_service,
            case when resource_id is not null then regexp_extract(resource_id, '/providers/([^/]+)', 1) end
        )) as resource_provider,
        lower(resource_id) as resource_path,
        lower(coalesce(benefit_id, reservation_id)) as commitment_id,
        coalesce(lower(publisher_type) = 'marketplace', false) as is_marketplace,
        coalesce(charge_type, 'Usage') as line_type,
        lower(coalesce(pricing_model, '')) as commitment_model,
        cast(cast(date as date) as {{ dbt.type_timestamp() }}) as charge_day,
        cast(
            coalesce(cast(billing_period_start_date as date), {{ month_start('cast(date as date)') }})
            as {{ dbt.type_timestamp() }}
        ) as billing_period_start

    from files
),

typed as (
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        dataset,
        {{ hash_key([
            'resource_provider', 'meter_category', 'meter_sub_category', 'meter_name', 'unit_of_measure', 'product',
            'product_order_name', 'is_marketplace',
        ]) }} as meter_key,
        {{ hash_key(['tags']) }} as tag_key,
        -- A pay-as-you-go file names no account: there a subscription is its own.
        coalesce(billing_account_id, subscription, 'azure') as purchasing_scope,
        coalesce(subscription, '') as subscription_scope,
        coalesce(billing_account_id, 'azure') as billing_account,
        subscription,
        resource_path,
        resource_provider,
        product,
        commitment_id,
        line_type,
        commitment_model,
        previous_invoice_id,
        {%- for name in texts %}
        {{ name }},
        {%- endfor %}
        upper(billing_currency) as currency,
        cast(cost as {{ column_type('money') }}) as cost,
        cast(payg_cost_in_billing_currency as {{ column_type('money') }}) as payg_cost,
        cast(quantity as {{ column_type('quantity') }}) as quantity,
        cast(effective_price as {{ column_type('quantity') }}) as effective_price,
        is_marketplace,
        line_type in ('Purchase', 'Refund') and (commitment_model in ('reservation', 'savingsplan') or (
            commitment_id is not null and not is_marketplace
        )) as is_commitment_purchase,
        line_type in ('UnusedReservation', 'UnusedSavingsPlan') as is_unused_commitment,
        line_type = 'Usage' and commitment_model in ('reservation', 'savingsplan') as is_covered_usage,
        line_type in ('Usage', 'UnusedReservation', 'UnusedSavingsPlan') as is_usage_line,
        charge_day,
        cast({{ dbt.dateadd('day', 1, 'charge_day') }} as {{ dbt.type_timestamp() }}) as charge_end,
        billing_period_start,
        cast(
            case
                when billing_period_start_date is not null and billing_period_end_date is not null
                    then {{ dbt.dateadd('day', 1, 'cast(billing_period_end_date as date)') }}
                else {{ next_month_start('billing_period_start') }}
            end as {{ dbt.type_timestamp() }}
        ) as billing_period_end,
        {{ month_start('cast(billing_period_start as date)') }} as billing_month

    from named
)

select * from typed
