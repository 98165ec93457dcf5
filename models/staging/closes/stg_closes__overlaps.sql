with

declared as (
    select * from {{ source('closes', 'overlaps') }}
),

typed as (
    select
        overlap_set,
        side,
        match_platform,
        match_source_table,
        match_service_name,
        match_sku,
        match_sub_account_id,
        match_resource_id,
        match_metric,
        must_share,
        cast(valid_from as {{ dbt.type_timestamp() }}) as valid_from,
        cast(valid_to as {{ dbt.type_timestamp() }}) as valid_to,
        cast(accounting_month as date) as accounting_month

    from declared
)

select * from typed
