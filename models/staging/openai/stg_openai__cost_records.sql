with

costs as (
    select * from {{ source('openai', 'costs') }}
),

dashboard_cost as (
    select * from {{ source('openai', 'dashboard_cost') }}
    -- A day without cost is exported as a row of times alone.
    where coalesce(amount_value, line_item, project_id) is not null
),

unioned as (
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        'openai__costs' as source_table,
        start_time,
        end_time,
        line_item,
        quantity,
        quantity_unit,
        amount_value,
        amount_currency,
        organization_id,
        organization_name,
        project_id,
        project_name,
        api_key_id,
        user_id

    from costs
    union all
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        'openai__dashboard_cost' as source_table,
        start_time,
        end_time,
        line_item,
        cast(null as {{ dbt.type_string() }}) as quantity,
        cast(null as {{ dbt.type_string() }}) as quantity_unit,
        amount_value,
        amount_currency,
        organization_id,
        organization_name,
        project_id,
        project_name,
        cast(null as {{ dbt.type_string() }}) as api_key_id,
        cast(null as {{ dbt.type_string() }}) as user_id

    from dashboard_cost
)

select * from unioned
