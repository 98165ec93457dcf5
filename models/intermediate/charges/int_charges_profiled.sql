{{ config(materialized='table') }}

{% set plain_identities = identity_columns() | map('first') | reject('in', ['resource_id', 'user_id']) | list %}

with

charges as (
    select * from {{ ref('int_charges_rated_to_keys') }}
),

day_segments as (
    select * from {{ ref('int_day_segments') }}
),

tag_sets as (
    select
        tags,
        max(tag_set) as tag_set,
        max(case when is_ownable then tag_set end) as ownable_tag_set

    from {{ ref('int_tag_sets') }}
    group by tags
),

feature_tags as (
    select * from {{ ref('int_feature_tags') }}
),

telling_skus as (
    select * from {{ ref('int_telling_values') }}
    where match_column = 'sku'
),

telling_resources as (
    select * from {{ ref('int_telling_values') }}
    where match_column = 'resource_id'
),

telling_users as (
    select * from {{ ref('int_telling_values') }}
    where match_column = 'user_id'
),

-- SKU, resource and user are kept where some rule or register can tell them apart, or where nothing else could be owned:
-- what no pattern matches behaves as missing, and would only multiply the charge groups.
reduced as (
    select
        charges.x_charge_id as charge_id,
        charges.x_credited_charge_id as credited_charge_id,
        charges.x_source_table as source_table,
        charges.x_delivery_id as delivery_id,
        charges.x_source_file as source_file,
        charges.x_source_row as source_row,
        charges.x_platform as platform,
        charges.billing_account_id,
        charges.invoice_id,
        charges.billing_currency,
        charges.x_reporting_currency as reporting_currency,
        charges.x_cost_basis as cost_basis,
        charges.service_category,
        charges.service_name,
        charges.sub_account_id,
        charges.charge_category,
        charges.commitment_discount_status as commitment_status,
        charges.x_model as model,
        coalesce(feature_tags.feature, charges.x_feature) as feature,
        charges.x_environment as environment,
        telling_skus.seen_value as sku,
        {% for column in plain_identities %}
        charges.x_{{ column }} as {{ column }},
        {% endfor %}
        case
            when telling_resources.seen_value is not null
                or coalesce({% for column in plain_identities %}charges.x_{{ column }}, {% endfor %}tag_sets.ownable_tag_set)
                is null
                then charges.resource_id
        end as resource_id,
        case
            when telling_users.seen_value is not null
                or coalesce(
                    {% for column in plain_identities %}charges.x_{{ column }}, {% endfor %}charges.resource_id,
                    tag_sets.ownable_tag_set
                ) is null
                then charges.x_user_id
        end as user_id,
        tag_sets.tag_set,
        charges.billed_cost,
        charges.effective_cost,
        charges.x_reporting_cost as reporting_cost,
        charges.x_accounting_month as accounting_month,
        cast(charges.charge_period_start as date) as charge_date,
        charges.charge_period_start,
        day_segments.segment_start,
        day_segments.day_segment_start

    from charges
    left join day_segments
        on cast(charges.charge_period_start as date) = day_segments.segment_date
            and charges.charge_period_start >= day_segments.from_at
            and charges.charge_period_start < day_segments.to_at
    left join tag_sets
        on charges.tags = tag_sets.tags
    left join feature_tags
        on charges.tags = feature_tags.tags
    left join telling_skus
        on charges.x_sku = telling_skus.seen_value
    left join telling_resources
        on charges.resource_id = telling_resources.seen_value
    left join telling_users
        on charges.x_user_id = telling_users.seen_value
),

owner_profiled as (
    select
        reduced.*,
        {{ hash_key(['platform', 'segment_start'] + (identity_columns() | map('first') | list) + ['tag_set']) }}
            as owner_profile_id

    from reduced
),

profiled as (
    select
        owner_profiled.*,
        {{ hash_key([
            'owner_profile_id', 'billing_account_id', 'invoice_id', 'billing_currency', 'reporting_currency',
            'cost_basis', 'service_category', 'service_name', 'sub_account_id', 'charge_category',
            'commitment_status', 'model', 'feature', 'environment', 'sku', 'accounting_month', 'day_segment_start',
        ]) }} as profile_id

    from owner_profiled
)

select * from profiled
