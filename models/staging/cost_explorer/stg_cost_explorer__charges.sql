with

results as (
    select * from {{ ref('stg_cost_explorer__results') }}
),

services as (
    select
        service_name,
        max(service_category) as service_category,
        max(service_subcategory) as service_subcategory

    from {{ ref('stg_aws__services') }}
    group by service_name
),

-- Cost Explorer names EC2 twice and each model that Marketplace sells by itself.
named as (
    select
        results.*,
        case
            when lower(service) like '%bedrock%' then 'Amazon Bedrock'
            when service like 'Amazon Elastic Compute Cloud%' or service in ('EC2 - Other', 'EC2-Instances', 'EC2-Other')
                then 'Amazon Elastic Compute Cloud'
            else coalesce(service, 'AWS')
        end as service_name,
        case
            when lower(service) like '%bedrock edition%'
                then lower(replace(trim(regexp_replace(service, ' *[(][^()]*Bedrock[^()]*[)] *$', '')), ' ', '-'))
        end as model,
        case lower(record_type)
            when 'tax' then 'Tax'
            when 'discountedusage' then 'Usage'
            when 'credit' then 'Credit'
            when 'refund' then 'Adjustment'
            when 'support' then 'Purchase'
            when 'fee' then 'Purchase'
            when 'recurring' then 'Purchase'
            when 'upfront' then 'Purchase'
            else case
                when lower(record_type) like '%discount%' then 'Credit'
                when lower(record_type) like '%negation%' then 'Adjustment'
                when lower(service) = 'tax' then 'Tax'
                else 'Usage'
            end
        end as category

    from results
),

mapped as (
    select
        _row_id as x_charge_id,
        _delivery_id as x_delivery_id,
        source_table as x_source_table,
        _file as x_source_file,
        _row as x_source_row,
        'aws' as x_platform,
        'billed' as x_cost_basis,
        false as x_is_coarse,
        unblended_cost as billed_cost,
        coalesce(amortized_cost, unblended_cost) as effective_cost,
        unblended_cost as list_cost,
        unblended_cost as contracted_cost,
        currency as billing_currency,
        'aws' as billing_account_id,
        'Payer Account' as billing_account_type,
        cast({{ month_start('period_start') }} as {{ dbt.type_timestamp() }}) as billing_period_start,
        {{ next_month_start('period_start') }} as billing_period_end,
        period_start as charge_period_start,
        period_end as charge_period_end,
        category as charge_category,
        coalesce(usage_type, service, record_type, tag, 'All costs of the period') as charge_description,
        case when category = 'Usage' then 'Usage-Based' else 'One-Time' end as charge_frequency,
        case when category = 'Usage' and usage_type is not null and usage_unit <> 'N/A' then usage_quantity end
            as consumed_quantity,
        case
            when category = 'Usage' and usage_type is not null and usage_quantity is not null then nullif(usage_unit, 'N/A')
        end as consumed_unit,
        case when category in ('Usage', 'Purchase') then 'Standard' end as pricing_category,
        currency as pricing_currency,
        coalesce(
            services.service_category,
            case when lower(named.service_name) like '%claude%' then 'AI and Machine Learning' end,
            'Other'
        ) as service_category,
        coalesce(
            services.service_subcategory,
            case when lower(named.service_name) like '%claude%' then 'Generative AI' end,
            'Other (Other)'
        ) as service_subcategory,
        named.service_name,
        'Amazon Web Services' as service_provider_name,
        'Amazon Web Services' as host_provider_name,
        'Amazon Web Services' as invoice_issuer_name,
        region as region_id,
        region as region_name,
        account_id as sub_account_id,
        account_id as sub_account_name,
        case when account_id is not null then 'Account' end as sub_account_type,
        case
            when tag like '%$_%'
                then {{ json_object_text("regexp_extract(tag, '^([^$]*)[$]', 1)", "regexp_extract(tag, '[$](.*)$', 1)") }}
        end as tags,
        coalesce(usage_type, service) as x_sku,
        model as x_model,
        case
            when category = 'Tax' then 'tax'
            when category in ('Credit', 'Adjustment') then 'credit'
            else 'other'
        end as x_feature,
        account_id as x_account_id

    from named
    left join services
        on named.service_name = services.service_name
)

{{ select_charges('mapped', filled=[
    'x_charge_id', 'x_delivery_id', 'x_source_table', 'x_source_file', 'x_source_row', 'x_platform', 'x_cost_basis',
    'x_is_coarse', 'billed_cost', 'effective_cost', 'list_cost', 'contracted_cost', 'billing_currency',
    'billing_account_id', 'billing_account_type', 'billing_period_start', 'billing_period_end', 'charge_period_start',
    'charge_period_end', 'charge_category', 'charge_description', 'charge_frequency', 'consumed_quantity',
    'consumed_unit', 'pricing_category', 'pricing_currency', 'service_category', 'service_subcategory', 'service_name',
    'service_provider_name', 'host_provider_name', 'invoice_issuer_name', 'region_id', 'region_name', 'sub_account_id',
    'sub_account_name', 'sub_account_type', 'tags', 'x_sku', 'x_model', 'x_feature', 'x_account_id',
]) }}
