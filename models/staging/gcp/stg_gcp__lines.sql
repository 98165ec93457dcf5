{%- set exports = ['standard', 'detailed'] -%}
-- One row per row of a Google Cloud bill, whichever export tells it, with its types and the keys of what is looked up once
-- per distinct value. Credits are summed on their own row, before anything is joined: unnested, they would repeat its cost.
with

billing_exports as (
    {%- for export in exports %}
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        'gcp__{{ export }}' as source_table,
        billing_account_id,
        invoice_month as billing_period_start,
        usage_start_time as usage_start,
        usage_end_time as usage_end,
        lower(coalesce(cost_type, 'regular')) as cost_type,
        service_id,
        service_description as service_name,
        sku_id,
        sku_description as sku,
        project_id,
        project_name,
        resource_global_name,
        resource_name,
        location_region as region,
        location_zone as zone,
        currency,
        cost,
        {{ json_amounts_sum('credits') }} as credit_amount,
        cost_at_list,
        usage_amount,
        usage_unit,
        usage_amount_in_pricing_units as pricing_amount,
        usage_pricing_unit as pricing_unit,
        price_effective_price as unit_price,
        case when coalesce(transaction_type, 'GOOGLE') <> 'GOOGLE' then seller_name end as seller_name,
        coalesce(adjustment_info_id, adjustment_info_mode, adjustment_info_type, adjustment_info_description) is not null
            as is_correction,
        project_labels,
        system_labels,
        tags as resource_tags,
        labels

    from {{ source('gcp', export) }}
    union all
    {%- endfor %}
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        'gcp__focus' as source_table,
        billing_account_id,
        billing_period_start,
        charge_period_start as usage_start,
        charge_period_end as usage_end,
        case lower(charge_category) when 'usage' then 'regular' else coalesce(lower(cost_type), lower(charge_category)) end
            as cost_type,
        service_id,
        service_name,
        sku_id,
        charge_description as sku,
        coalesce(
            project_id,
            {{ json_text('project', 'id') }},
            case when sub_account_id <> billing_account_id then sub_account_id end
        ) as project_id,
        coalesce(project_name, {{ json_text('project', 'name') }}, sub_account_name) as project_name,
        resource_id as resource_global_name,
        resource_name,
        region_id as region,
        availability_zone as zone,
        billing_currency as currency,
        coalesce(contracted_cost, billed_cost) as cost,
        -- Billed cost has the credits in it; what they were is what it lacks.
        cast(billed_cost as {{ column_type('money') }})
        - cast(coalesce(contracted_cost, billed_cost) as {{ column_type('money') }}) as credit_amount,
        list_cost as cost_at_list,
        consumed_quantity as usage_amount,
        consumed_unit as usage_unit,
        pricing_quantity as pricing_amount,
        pricing_unit,
        contracted_unit_price as unit_price,
        case when publisher_name not like 'Google%' then publisher_name end as seller_name,
        lower(charge_class) = 'correction' as is_correction,
        project_labels,
        system_labels,
        -- The view lists labels of all kinds as tags; the native export has a column for each kind.
        coalesce(resource_tags, tags) as resource_tags,
        labels

    from {{ source('gcp', 'focus') }}
),

typed as (
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        source_table,
        {{ hash_key(['service_id', 'service_name', 'sku', 'usage_unit']) }} as sku_key,
        {{ hash_key(['project_labels', 'system_labels', 'resource_tags', 'labels']) }} as tag_key,
        billing_account_id,
        cost_type,
        service_id,
        service_name,
        sku_id,
        sku,
        project_id,
        project_name,
        coalesce(resource_global_name, resource_name) as resource_id,
        resource_name,
        region,
        zone,
        currency,
        usage_unit,
        pricing_unit,
        seller_name,
        project_labels,
        system_labels,
        resource_tags,
        labels,
        cast(cost as {{ column_type('money') }}) as cost,
        cast(credit_amount as {{ column_type('money') }}) as credit_amount,
        cast(cost_at_list as {{ column_type('money') }}) as cost_at_list,
        cast(usage_amount as {{ column_type('quantity') }}) as usage_amount,
        cast(pricing_amount as {{ column_type('quantity') }}) as pricing_amount,
        cast(unit_price as {{ column_type('quantity') }}) as unit_price,
        coalesce(is_correction, false) as is_correction,
        cast(billing_period_start as {{ dbt.type_timestamp() }}) as billing_period_start,
        cast(usage_start as {{ dbt.type_timestamp() }}) as usage_start,
        cast(usage_end as {{ dbt.type_timestamp() }}) as usage_end

    from billing_exports
)

select * from typed
