{%- set money = ['billed_cost', 'effective_cost', 'list_cost', 'contracted_cost'] -%}
{%- set quantities = [
    'consumed_quantity', 'pricing_quantity', 'list_unit_price', 'contracted_unit_price', 'commitment_discount_quantity',
    'pricing_currency_contracted_unit_price', 'pricing_currency_effective_cost', 'pricing_currency_list_unit_price',
] -%}
{%- set instants = ['billing_period_start', 'billing_period_end', 'charge_period_start', 'charge_period_end'] -%}
{%- set texts = [
    'billing_currency', 'billing_account_id', 'billing_account_name', 'billing_account_type', 'sub_account_id',
    'sub_account_name', 'sub_account_type', 'invoice_id', 'invoice_detail_id', 'invoice_issuer_name',
    'service_provider_name', 'host_provider_name', 'provider_name', 'publisher_name', 'charge_category', 'charge_class',
    'charge_frequency', 'charge_description', 'service_category', 'service_subcategory', 'service_name', 'sku_id',
    'sku_meter', 'sku_price_details', 'sku_price_id', 'resource_id', 'resource_name', 'resource_type', 'region_id',
    'region_name', 'availability_zone', 'consumed_unit', 'pricing_unit', 'pricing_category', 'pricing_currency',
    'commitment_discount_category', 'commitment_discount_id', 'commitment_discount_name', 'commitment_discount_status',
    'commitment_discount_type', 'commitment_discount_unit', 'commitment_program_eligibility_details',
    'capacity_reservation_id', 'capacity_reservation_status', 'contract_applied', 'tags', 'principal_id',
    'credential_id', 'allocated_method_id', 'allocated_method_details', 'allocated_resource_id',
    'allocated_resource_name', 'allocated_tags', 'x_service_code', 'x_usage_type', 'x_cost_categories',
] -%}
{%- set sources = [
    ('cost_and_usage', "lower(_path_provider)"),
    ('us_spreadsheets', "lower(_path_provider)"),
    ('aws_data_exports', "'aws'"),
    ('azure_exports', "'azure'"),
] -%}
{#- What Azure's exports alone have: the meter, which names the model, and the block that its price is for. -#}
{%- set azure_texts = [
    'x_sku_meter_category', 'x_sku_meter_subcategory', 'x_sku_description', 'x_pricing_unit_description',
    'x_publisher_category',
] -%}
-- One row per charge of a FOCUS file, with its types and the keys of what is looked up once per distinct value.
with

files as (
    {%- for table, platform in sources %}
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        'focus__{{ table }}' as source_table,
        {{ platform }} as platform,
        {{ (texts + money + quantities + instants) | join(',\n        ') }}
        {%- for name in azure_texts %},
        {{ name if table == 'azure_exports' else 'cast(null as ' ~ dbt.type_string() ~ ') as ' ~ name }}
        {%- endfor %}

    from {{ source('focus', table) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

typed as (
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        source_table,
        platform,
        {{ hash_key([
            'platform', 'x_service_code', 'x_usage_type', 'service_name', 'sku_meter', 'sku_price_details',
            'consumed_unit', 'pricing_unit', 'x_sku_meter_category', 'x_sku_meter_subcategory', 'x_sku_description',
            'x_pricing_unit_description', 'x_publisher_category',
        ]) }} as sku_key,
        {{ hash_key(['tags', 'x_cost_categories']) }} as tag_key,
        {%- for name in texts + azure_texts %}
        {{ name }},
        {%- endfor %}
        {%- for name in money %}
        cast({{ name }} as {{ column_type('money') }}) as {{ name }},
        {%- endfor %}
        {%- for name in quantities %}
        cast({{ name }} as {{ column_type('quantity') }}) as {{ name }},
        {%- endfor %}
        {%- for name in instants %}
        cast({{ name }} as {{ dbt.type_timestamp() }}) as {{ name }}{{ "," if not loop.last }}
        {%- endfor %}

    from files
)

select * from typed
