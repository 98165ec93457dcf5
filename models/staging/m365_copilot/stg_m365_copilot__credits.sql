with

user_credits as (
    select * from {{ source('m365_copilot', 'user_credits') }}
),

agent_credits as (
    select * from {{ source('m365_copilot', 'agent_credits') }}
),

tariffs as (
    select * from {{ ref('stg_registers__tariffs') }}
    where platform = 'm365_copilot' and lower(sku) = 'copilot-credit'
),

unioned as (
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        'm365_copilot__user_credits' as source_table,
        user_id,
        cast(null as {{ dbt.type_string() }}) as environment_id,
        cast(null as {{ dbt.type_string() }}) as environment_name,
        cast(null as {{ dbt.type_string() }}) as agent_id,
        cast(null as {{ dbt.type_string() }}) as agent_name,
        cast(null as {{ dbt.type_string() }}) as agent_feature,
        cast(consumed_quantity as {{ column_type('money') }}) as credit_count,
        cast(session_count as {{ column_type('quantity') }}) as session_count,
        cast(nullif(regexp_extract(_path_day, '[0-9]{4}-[0-9]{2}-[0-9]{2}', 0), '') as date) as used_date

    from user_credits
    union all
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        'm365_copilot__agent_credits' as source_table,
        cast(null as {{ dbt.type_string() }}) as user_id,
        {{ trimmed('environment_id') }} as environment_id,
        {{ trimmed('environment_name') }} as environment_name,
        {{ trimmed('agent_id') }} as agent_id,
        {{ trimmed('agent_name') }} as agent_name,
        {{ trimmed('feature') }} as agent_feature,
        cast(billed_credits as {{ column_type('money') }}) as credit_count,
        cast(null as {{ column_type('quantity') }}) as session_count,
        cast(usage_date as date) as used_date

    from agent_credits
),

-- Two tariffs in force at once (in two currencies) would count a credit twice: the later one, then the lower code.
tariffed as (
    select
        unioned.*,
        tariffs.price,
        tariffs.per_units,
        tariffs.currency,
        row_number() over (
            partition by unioned._row_id
            order by tariffs.valid_from desc nulls last, tariffs.currency asc nulls last
        ) as preference

    from unioned
    left join tariffs
        on cast(unioned.used_date as timestamp) >= tariffs.valid_from
            and cast(unioned.used_date as timestamp) < tariffs.valid_to
),

priced as (
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        source_table,
        user_id,
        coalesce(environment_id, environment_name) as environment_id,
        environment_name,
        coalesce(agent_id, agent_name) as agent_id,
        agent_name,
        agent_feature,
        currency,
        credit_count,
        session_count,
        coalesce({{ tariff_cost('price', 'per_units', 'credit_count') }}, 0) as credit_cost,
        price is not null as is_priced,
        used_date

    from tariffed
    where preference = 1
)

select * from priced
