{#- Read by each option. -#}
{{ config(materialized='table') }}

-- One row per use case, model and kind of token in a stretch of equal prices of one month: the tokens that were metered.
-- The provider is the platform whose price holds: of a gateway's tokens the one that served them.
with

usage_rows as (
    select * from {{ ref('int_usage_aggregated_to_day') }}
    where token_type is not null and quantity > 0
),

owners as (
    select * from {{ ref('int_owners_resolved') }}
),

summed as (
    select
        usage_rows.platform,
        coalesce(usage_rows.provider, usage_rows.platform) as provider,
        owners.use_case_id,
        lower(usage_rows.model) as model,
        usage_rows.token_type,
        lower(usage_rows.service_tier) as service_tier,
        usage_rows.context_window,
        usage_rows.segment_start,
        cast(sum(usage_rows.quantity) as decimal(38, 0)) as token_count,
        cast(count(*) as {{ dbt.type_bigint() }}) as usage_row_count,
        {{ month_start('usage_rows.usage_date') }} as usage_month

    from usage_rows
    left join owners
        on usage_rows.owner_profile_id = owners.owner_profile_id
    group by
        usage_rows.platform,
        coalesce(usage_rows.provider, usage_rows.platform),
        owners.use_case_id,
        lower(usage_rows.model),
        usage_rows.token_type,
        lower(usage_rows.service_tier),
        usage_rows.context_window,
        usage_rows.segment_start,
        {{ month_start('usage_rows.usage_date') }}
)

select * from summed
