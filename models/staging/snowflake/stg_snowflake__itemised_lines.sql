{#- A table, not a view: what is cut here to the last unit is read by every look at the bill. -#}
{{ config(materialized='table') }}

-- One row per part of an AI line: what each function, model, user, role, warehouse and tag took of it by its credits, and
-- what no view itemises. A line of which nothing is known has no part here.
with

ai_lines as (
    select * from {{ ref('stg_snowflake__bill_lines') }}
    where ai_service is not null
        and billing_type = 'consumption'
        and not is_adjustment
),

groups as (
    select
        account_id,
        usage_date,
        ai_service,
        sum(usage_amount) as billed_credits

    from ai_lines
    group by
        account_id,
        usage_date,
        ai_service
),

-- Agents and the like have a service type of their own on some bills, and are AI_SERVICES on all others.
calls as (
    select
        calls.*,
        case
            when calls.view_name = 'AGENT' then 'CORTEX_AGENTS'
            when calls.view_name = 'INTELLIGENCE' then 'SNOWFLAKE_INTELLIGENCE'
            when calls.view_name = 'SEARCH_DAILY' then 'CORTEX_SEARCH'
            when calls.view_name = 'ANALYST' or calls.view_name like 'CODE%' then 'CORTEX_' || calls.view_name
            else 'AI_SERVICES'
        end as own_service

    from {{ ref('stg_snowflake__cortex_calls') }} as calls
    where calls.credits > 0
),

placed as (
    select
        calls.*,
        case when groups.ai_service is not null then calls.own_service else 'AI_SERVICES' end as ai_service

    from calls
    left join groups
        on calls.account_id = groups.account_id
            and calls.usage_date = groups.usage_date
            and calls.own_service = groups.ai_service
),

items as (
    select
        account_id,
        usage_date,
        ai_service,
        view_name,
        function_name,
        model,
        query_tag,
        role_id,
        warehouse_id,
        user_id,
        service_name,
        {{ to_units('sum(credits)') }} as credit_units

    from placed
    group by
        account_id,
        usage_date,
        ai_service,
        view_name,
        function_name,
        model,
        query_tag,
        role_id,
        warehouse_id,
        user_id,
        service_name
),

itemised as (
    select
        account_id,
        usage_date,
        ai_service,
        cast(sum(credit_units) as decimal(38, 0)) as credit_units

    from items
    group by
        account_id,
        usage_date,
        ai_service
),

items_and_rest as (
    select
        items.*,
        false as is_rest

    from items
    union all
    select
        groups.account_id,
        groups.usage_date,
        groups.ai_service,
        cast(null as {{ dbt.type_string() }}) as view_name,
        cast(null as {{ dbt.type_string() }}) as function_name,
        cast(null as {{ dbt.type_string() }}) as model,
        cast(null as {{ dbt.type_string() }}) as query_tag,
        cast(null as {{ dbt.type_string() }}) as role_id,
        cast(null as {{ dbt.type_string() }}) as warehouse_id,
        cast(null as {{ dbt.type_string() }}) as user_id,
        cast(null as {{ dbt.type_string() }}) as service_name,
        {{ to_units('groups.billed_credits') }} - coalesce(itemised.credit_units, 0) as credit_units,
        true as is_rest

    from groups
    left join itemised
        on groups.account_id = itemised.account_id
            and groups.usage_date = itemised.usage_date
            and groups.ai_service = itemised.ai_service
    where groups.billed_credits is not null
),

weighted_lines as (
    select
        ai_lines.line_id,
        ai_lines.amount,
        coalesce(ai_lines.usage_amount, 0) as usage_amount,
        {{ hash_key([
            'ai_lines.line_id', 'items.view_name', 'items.function_name', 'items.model', 'items.query_tag',
            'items.role_id', 'items.warehouse_id', 'items.user_id', 'items.service_name', 'items.is_rest',
        ]) }} as part_id,
        items.view_name,
        items.function_name,
        items.model,
        items.query_tag,
        items.role_id,
        items.warehouse_id,
        items.user_id,
        items.service_name,
        items.credit_units,
        items.is_rest

    from ai_lines
    inner join items_and_rest as items
        on ai_lines.account_id = items.account_id
            and ai_lines.usage_date = items.usage_date
            and ai_lines.ai_service = items.ai_service
    where items.credit_units > 0
),

{{ apportion(
    relation='weighted_lines',
    whole='line_id',
    weight='credit_units',
    measures=['amount', 'usage_amount'],
    tie_break="case when is_rest then 1 else 0 end asc nulls last, credit_units desc nulls last, part_id asc nulls last"
) }},

parts as (
    select
        line_id,
        part_id,
        view_name,
        function_name,
        model,
        query_tag,
        role_id,
        warehouse_id,
        user_id,
        service_name,
        amount_part as amount,
        cast(usage_amount_part as {{ column_type('quantity') }}) as usage_amount,
        is_rest

    from weighted_lines_apportioned
)

select * from parts
