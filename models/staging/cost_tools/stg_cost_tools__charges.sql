{#- The platforms that a tool's line may be of, by words in the name that it gives the provider; any other name is its own. -#}
{%- set platforms = [
    ('aws', ['aws', 'amazon']),
    ('azure', ['azure', 'microsoft']),
    ('gcp', ['gcp', 'google']),
    ('openai', ['openai']),
    ('anthropic', ['anthropic']),
    ('snowflake', ['snowflake']),
    ('databricks', ['databricks']),
] -%}
-- What a cost tool says was billed, in FOCUS columns: the contract's lists of headers are the mapping.
with

lines as (
    select
        costs.*,
        lower(_path_tool) as tool,
        lower(coalesce(charge_category, 'usage')) as category_words,
        cast(charge_period_start as {{ dbt.type_timestamp() }}) as period_start

    from {{ source('cost_tools', 'costs') }} as costs
),

tag_sets as (
    select * from {{ ref('stg_cost_tools__tags') }}
),

-- A name that a cloud's own bill has too is in the category that it has there: FOCUS lets a name have one.
known_services as (
    select
        service_name,
        service_category,
        service_subcategory

    from {{ ref('stg_aws__services') }}
    union all
    select
        service_name,
        service_category,
        service_subcategory

    from {{ ref('stg_azure__services') }}
),

service_categories as (
    select
        service_name,
        max(service_category) as service_category,
        max(service_subcategory) as service_subcategory

    from known_services
    group by service_name
),

placed as (
    select
        lines.*,
        service_categories.service_category,
        service_categories.service_subcategory,
        tag_sets.tags as tag_object,
        tag_sets.environment,
        case
            {%- for platform, words in platforms %}
            when {% for word in words %}lower(provider_name) like '%{{ word }}%'{{ " or " if not loop.last }}{% endfor %} then '{{ platform }}'
            {%- endfor %}
            else lower(coalesce(provider_name, tool))
        end as platform,
        case
            when category_words like '%tax%' then 'Tax'
            when category_words in ('discountedusage', 'discounted usage') then 'Usage'
            when category_words like '%credit%' or category_words like '%discount%' then 'Credit'
            when category_words like '%refund%' or category_words like '%adjust%' or category_words like '%round%'
                or category_words like '%negation%'
                then 'Adjustment'
            when category_words like '%usage%' then 'Usage'
            when category_words like '%purchase%' or category_words like '%fee%' or category_words like '%support%'
                then 'Purchase'
            else 'Usage'
        end as category,
        cast(
            coalesce(
                cast(billing_period_start as {{ dbt.type_timestamp() }}),
                cast({{ month_start('period_start') }} as {{ dbt.type_timestamp() }})
            ) as {{ dbt.type_timestamp() }}
        ) as bill_start,
        cast(
            coalesce(
                cast(charge_period_end as {{ dbt.type_timestamp() }}),
                {{ dbt.dateadd('day', 1, 'cast(period_start as date)') }}
            ) as {{ dbt.type_timestamp() }}
        ) as period_end

    from lines
    left join tag_sets
        on lines.tags = tag_sets.tag_text
    left join service_categories
        on lines.service_name = service_categories.service_name
),

mapped as (
    select
        _row_id as x_charge_id,
        _delivery_id as x_delivery_id,
        'cost_tools__costs' as x_source_table,
        _file as x_source_file,
        _row as x_source_row,
        platform as x_platform,
        'billed' as x_cost_basis,
        false as x_is_coarse,
        cast(billed_cost as {{ column_type('money') }}) as billed_cost,
        cast(coalesce(effective_cost, billed_cost) as {{ column_type('money') }}) as effective_cost,
        cast(billed_cost as {{ column_type('money') }}) as list_cost,
        cast(billed_cost as {{ column_type('money') }}) as contracted_cost,
        upper(billing_currency) as billing_currency,
        coalesce(billing_account_id, platform) as billing_account_id,
        'Billing Account' as billing_account_type,
        invoice_id,
        bill_start as billing_period_start,
        {{ next_month_start('bill_start') }} as billing_period_end,
        period_start as charge_period_start,
        case when period_end > period_start then period_end else {{ next_month_start('period_start') }} end
            as charge_period_end,
        category as charge_category,
        coalesce(charge_description, sku_meter, service_name, category) as charge_description,
        case when category = 'Usage' then 'Usage-Based' else 'One-Time' end as charge_frequency,
        case when category = 'Usage' then cast(consumed_quantity as {{ column_type('quantity') }}) end as consumed_quantity,
        case when category = 'Usage' and consumed_quantity is not null then coalesce(consumed_unit, 'Units') end
            as consumed_unit,
        case when category in ('Usage', 'Purchase') then 'Standard' end as pricing_category,
        upper(billing_currency) as pricing_currency,
        coalesce(service_category, 'Other') as service_category,
        coalesce(service_subcategory, 'Other (Other)') as service_subcategory,
        coalesce(service_name, provider_name, tool) as service_name,
        coalesce(provider_name, tool) as service_provider_name,
        coalesce(provider_name, tool) as host_provider_name,
        coalesce(provider_name, tool) as invoice_issuer_name,
        region_id,
        region_id as region_name,
        resource_id,
        case when resource_id is not null then coalesce(service_name, 'Resource') end as resource_type,
        sub_account_id,
        case when sub_account_id is not null then coalesce(sub_account_name, sub_account_id) end as sub_account_name,
        case when sub_account_id is not null then 'Account' end as sub_account_type,
        tag_object as tags,
        coalesce(sku_meter, service_name) as x_sku,
        case
            when category = 'Tax' then 'tax'
            when category in ('Credit', 'Adjustment') then 'credit'
            else 'other'
        end as x_feature,
        environment as x_environment,
        sub_account_id as x_account_id

    from placed
)

{{ select_charges('mapped', filled=[
    'x_charge_id', 'x_delivery_id', 'x_source_table', 'x_source_file', 'x_source_row', 'x_platform', 'x_cost_basis',
    'x_is_coarse', 'billed_cost', 'effective_cost', 'list_cost', 'contracted_cost', 'billing_currency',
    'billing_account_id', 'billing_account_type', 'invoice_id', 'billing_period_start', 'billing_period_end',
    'charge_period_start', 'charge_period_end', 'charge_category', 'charge_description', 'charge_frequency',
    'consumed_quantity', 'consumed_unit', 'pricing_category', 'pricing_currency', 'service_category',
    'service_subcategory', 'service_name', 'service_provider_name', 'host_provider_name', 'invoice_issuer_name',
    'region_id', 'region_name', 'resource_id', 'resource_type', 'sub_account_id', 'sub_account_name',
    'sub_account_type', 'tags', 'x_sku', 'x_feature', 'x_environment', 'x_account_id',
]) }}
