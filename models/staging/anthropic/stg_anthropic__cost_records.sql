with

cost_report as (
    select * from {{ source('anthropic', 'cost_report') }}
),

analytics_cost as (
    select * from {{ source('anthropic', 'analytics_cost') }}
),

console_cost as (
    select * from {{ source('anthropic', 'console_cost') }}
),

named_keys as (
    select * from {{ ref('stg_anthropic__named_keys') }}
),

-- What the vendor's three ways to tell of a cost have in common; amounts in cents.
unioned as (
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        'anthropic__cost_report' as source_table,
        starting_at,
        ending_at,
        amount,
        cast(null as {{ dbt.type_string() }}) as list_amount,
        currency,
        description,
        workspace_id,
        cost_type,
        model,
        token_type,
        service_tier,
        context_window,
        inference_geo,
        cast(null as {{ dbt.type_string() }}) as api_key_id,
        cast(null as {{ dbt.type_string() }}) as service_account_id,
        cast(null as {{ dbt.type_string() }}) as user_id

    from cost_report
    union all
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        'anthropic__analytics_cost' as source_table,
        starting_at,
        ending_at,
        amount,
        list_amount,
        currency,
        cast(null as {{ dbt.type_string() }}) as description,
        workspace_id,
        cost_type,
        model,
        token_type,
        case when lower(speed) = 'fast' then 'fast' else service_tier end as service_tier,
        context_window,
        inference_geo,
        coalesce(api_key_id, actor_api_key_id) as api_key_id,
        actor_service_account_id as service_account_id,
        coalesce(actor_email, actor_user_id) as user_id

    from analytics_cost
    union all
    select
        console_cost._row_id,
        console_cost._delivery_id,
        console_cost._file,
        console_cost._row,
        'anthropic__console_cost' as source_table,
        console_cost.usage_date_utc as starting_at,
        cast(
            {{ add_days('cast(console_cost.usage_date_utc as timestamp)', 1) }} as {{ dbt.type_string() }}
        ) as ending_at,
        cast(
            cast(console_cost.cost_usd as decimal(32, 12)) * cast(100 as decimal(3, 0)) as {{ dbt.type_string() }}
        ) as amount,
        cast(
            cast(console_cost.list_price_usd as decimal(32, 12)) * cast(100 as decimal(3, 0))
            as {{ dbt.type_string() }}
        ) as list_amount,
        'USD' as currency,
        cast(null as {{ dbt.type_string() }}) as description,
        case
            when lower(trim(console_cost.workspace)) <> 'default'
                then coalesce(workspaces.identity_id, {{ trimmed('console_cost.workspace') }})
        end as workspace_id,
        case
            when console_cost.cost_type is null or lower(console_cost.cost_type) in ('token', 'tokens') then 'tokens'
            else lower(console_cost.cost_type)
        end as cost_type,
        replace(replace(lower(trim(console_cost.model)), ' ', '-'), '.', '-') as model,
        case lower(console_cost.token_type)
            when 'input_no_cache' then 'uncached_input_tokens'
            when 'input' then 'uncached_input_tokens'
            when 'input_cache_read' then 'cache_read_input_tokens'
            when 'input_cache_write' then 'cache_creation.ephemeral_5m_input_tokens'
            when 'input_cache_write_5m' then 'cache_creation.ephemeral_5m_input_tokens'
            when 'input_cache_write_1h' then 'cache_creation.ephemeral_1h_input_tokens'
            when 'output' then 'output_tokens'
        end as token_type,
        case
            when lower(console_cost.speed) = 'fast' then 'fast'
            when lower(console_cost.usage_type) = 'batch' then 'batch'
            else 'standard'
        end as service_tier,
        case
            when console_cost.context_window like '>%' then '200k-1M'
            when console_cost.context_window is not null then '0-200k'
        end as context_window,
        console_cost.inference_geo,
        coalesce(console_cost.api_key_id, keys.identity_id, {{ trimmed('console_cost.api_key') }}) as api_key_id,
        cast(null as {{ dbt.type_string() }}) as service_account_id,
        cast(null as {{ dbt.type_string() }}) as user_id

    from console_cost
    left join named_keys as keys
        on keys.identity_type = 'api_key' and lower(trim(console_cost.api_key)) = keys.identity_name
    left join named_keys as workspaces
        on workspaces.identity_type = 'workspace' and lower(trim(console_cost.workspace)) = workspaces.identity_name
),

-- A null key in a bill that names keys is no key; a bill that names none is split to keys by usage.
keyed as (
    select
        unioned.*,
        max(api_key_id) over (partition by _delivery_id) is not null as names_keys

    from unioned
)

select * from keyed
