-- One row per provider, model and month of calls that failed although the gateway logged a cost for them.
with

calls as (
    select * from {{ ref('stg_litellm__calls') }}
    where is_failed and logged_cost > 0
),

summed as (
    select
        'litellm' as platform,
        lower(coalesce(custom_llm_provider, 'litellm')) as provider,
        lower(served_model) as model,
        'USD' as currency,
        cast(sum(input_total + output_total) as decimal(38, 0)) as token_count,
        cast(count(*) as {{ dbt.type_bigint() }}) as usage_row_count,
        cast(sum(logged_cost) as {{ column_type('money') }}) as logged_cost,
        {{ month_start("cast(start_time as " ~ dbt.type_timestamp() ~ ")") }} as usage_month

    from calls
    group by
        lower(coalesce(custom_llm_provider, 'litellm')),
        lower(served_model),
        {{ month_start("cast(start_time as " ~ dbt.type_timestamp() ~ ")") }}
)

select * from summed
