{#- What CUR 2.0 and the legacy report both have; the legacy report's own columns are gathered into the same maps. -#}
{%- set columns = [
    'bill_bill_type', 'bill_billing_entity', 'bill_billing_period_start_date', 'bill_billing_period_end_date',
    'bill_invoice_id', 'bill_invoicing_entity', 'bill_payer_account_id', 'bill_payer_account_name',
    'line_item_line_item_type', 'line_item_usage_account_id', 'line_item_usage_account_name',
    'line_item_usage_start_date', 'line_item_usage_end_date', 'line_item_product_code', 'line_item_usage_type',
    'line_item_availability_zone', 'line_item_resource_id', 'line_item_iam_principal', 'line_item_user_identifier',
    'line_item_line_item_description', 'line_item_usage_amount', 'line_item_currency_code',
    'line_item_unblended_cost', 'line_item_legal_entity', 'pricing_unit', 'pricing_term',
    'pricing_public_on_demand_cost', 'pricing_public_on_demand_rate', 'pricing_rate_code', 'pricing_rate_id',
    'product', 'product_instance_type', 'product_location', 'product_region_code', 'product_sku',
    'reservation_reservation_a_r_n', 'reservation_effective_cost',
    'reservation_unused_amortized_upfront_fee_for_billing_period', 'reservation_unused_recurring_fee',
    'reservation_unused_quantity', 'savings_plan_savings_plan_a_r_n', 'savings_plan_savings_plan_effective_cost',
    'savings_plan_total_commitment_to_date', 'savings_plan_used_commitment',
    'capacity_reservation_capacity_reservation_arn', 'capacity_reservation_capacity_reservation_status',
    'split_line_item_parent_resource_id', 'resource_tags', 'tags', 'cost_category',
] -%}
-- One row per line item of a Cost and Usage Report, with its types and the keys of what is looked up once per distinct
-- value: a whole cloud bill passes through here, so no pattern and no JSON is read row by row that need not be.
with

line_items as (
    {%- for table in ['cur2', 'cur'] %}
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        {{ columns | join(',\n        ') }},
        'aws__{{ table }}' as source_table,
        coalesce(bill_billing_entity, 'AWS') <> 'AWS' as is_marketplace

    from {{ source('aws', table) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

-- Only Marketplace lines keep their model in a name and their unit in words.
told_apart as (
    select
        line_items.*,
        case
            when is_marketplace
                then coalesce({{ json_text('product', 'product_name') }}, {{ json_text('product', 'ProductName') }})
        end as product_name,
        case
            when is_marketplace then lower(regexp_extract(line_item_line_item_description, '^[^|]*[|][^|]*[|]([^|]*)', 1))
        end as unit_in_words

    from line_items
),

typed as (
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        source_table,
        {{ hash_key([
            'line_item_product_code', 'line_item_usage_type', 'pricing_unit', 'product_instance_type', 'product_name',
            'unit_in_words',
        ]) }} as usage_type_key,
        {{ hash_key(['resource_tags', 'tags', 'cost_category']) }} as tag_key,
        bill_payer_account_id as payer_account_id,
        bill_payer_account_name as payer_account_name,
        bill_invoice_id as invoice_id,
        bill_invoicing_entity as invoicing_entity,
        line_item_usage_account_id as usage_account_id,
        line_item_usage_account_name as usage_account_name,
        line_item_line_item_type as line_type,
        line_item_line_item_description as description,
        line_item_legal_entity as legal_entity,
        line_item_product_code as product_code,
        line_item_usage_type as usage_type,
        line_item_availability_zone as availability_zone,
        line_item_resource_id as resource_id,
        line_item_iam_principal as principal,
        line_item_user_identifier as subscriber_id,
        line_item_currency_code as currency_code,
        product_name,
        unit_in_words,
        product_instance_type as instance_type,
        product_region_code as region_code,
        product_location as region_name,
        product_sku as sku,
        coalesce(pricing_rate_code, pricing_rate_id) as rate_code,
        pricing_term,
        pricing_unit,
        pricing_public_on_demand_rate as public_rate,
        reservation_reservation_a_r_n as reservation_arn,
        savings_plan_savings_plan_a_r_n as savings_plan_arn,
        capacity_reservation_capacity_reservation_arn as capacity_reservation_arn,
        capacity_reservation_capacity_reservation_status as capacity_reservation_status,
        resource_tags,
        tags,
        cost_category,
        cast(line_item_usage_amount as {{ column_type('quantity') }}) as usage_amount,
        -- Empty on split lines: their money is on the line of the instance.
        coalesce(cast(line_item_unblended_cost as {{ column_type('money') }}), 0) as unblended_cost,
        cast(pricing_public_on_demand_cost as {{ column_type('money') }}) as public_cost,
        cast(reservation_effective_cost as {{ column_type('money') }}) as reservation_effective_cost,
        cast(
            coalesce(
                cast(reservation_unused_amortized_upfront_fee_for_billing_period as {{ column_type('money') }})
                + coalesce(cast(reservation_unused_recurring_fee as {{ column_type('money') }}), 0),
                cast(reservation_unused_recurring_fee as {{ column_type('money') }})
            ) as {{ column_type('money') }}
        ) as reservation_unused_cost,
        cast(reservation_unused_quantity as {{ column_type('quantity') }}) as reservation_unused_quantity,
        cast(savings_plan_savings_plan_effective_cost as {{ column_type('money') }}) as savings_plan_effective_cost,
        cast(savings_plan_total_commitment_to_date as {{ column_type('money') }}) as savings_plan_commitment,
        cast(savings_plan_used_commitment as {{ column_type('money') }}) as savings_plan_used_commitment,
        is_marketplace,
        split_line_item_parent_resource_id is not null as is_split_line,
        bill_bill_type = 'Refund' as is_refund_bill,
        cast(bill_billing_period_start_date as {{ dbt.type_timestamp() }}) as billing_period_start,
        cast(bill_billing_period_end_date as {{ dbt.type_timestamp() }}) as billing_period_end,
        cast(line_item_usage_start_date as {{ dbt.type_timestamp() }}) as usage_start,
        cast(line_item_usage_end_date as {{ dbt.type_timestamp() }}) as usage_end

    from told_apart
)

select * from typed
