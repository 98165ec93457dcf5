with

usage_report as (
    select * from {{ source('github_copilot', 'usage_report') }}
),

ai_usage_report as (
    select * from {{ source('github_copilot', 'ai_usage_report') }}
),

itemised as (
    select
        usage_date,
        sku

    from ai_usage_report
    group by
        usage_date,
        sku
),

lines as (
    select
        usage_report._row_id,
        usage_report._delivery_id,
        usage_report._file,
        usage_report._row,
        'github_copilot__usage_report' as source_table,
        -- The other report tells of the same purchases user by user and model by model.
        itemised.sku is not null as is_repeated,
        usage_report.usage_date,
        usage_report.product,
        usage_report.sku,
        cast(null as {{ dbt.type_string() }}) as model,
        usage_report.quantity,
        usage_report.unit_type,
        usage_report.gross_amount,
        usage_report.net_amount,
        usage_report.username,
        usage_report.organization,
        usage_report.repository,
        usage_report.cost_center_name,
        cast(null as {{ dbt.type_string() }}) as input_tokens,
        cast(null as {{ dbt.type_string() }}) as output_tokens,
        cast(null as {{ dbt.type_string() }}) as cache_read_tokens,
        cast(null as {{ dbt.type_string() }}) as cache_write_tokens

    from usage_report
    left join itemised
        on usage_report.usage_date = itemised.usage_date
            and usage_report.sku = itemised.sku
    union all
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        'github_copilot__ai_usage_report' as source_table,
        false as is_repeated,
        usage_date,
        product,
        sku,
        model,
        quantity,
        unit_type,
        gross_amount,
        net_amount,
        username,
        organization,
        repository,
        cost_center_name,
        input_tokens,
        output_tokens,
        cache_read_tokens,
        cache_write_tokens

    from ai_usage_report
),

typed as (
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        source_table,
        lower(trim(product)) as product,
        trim(sku) as sku,
        lower(trim(unit_type)) as unit_type,
        -- `Auto: Claude Haiku 4.5` and `Copilot Coding Agent: Claude Sonnet 4.6` name the model after the colon.
        case
            when instr(model, ': ') > 0 then lower(trim(substr(model, instr(model, ': ') + 2)))
            else lower({{ trimmed('model') }})
        end as model,
        {{ trimmed('username') }} as user_id,
        {{ trimmed('organization') }} as organization,
        {{ trimmed('repository') }} as repository,
        {{ trimmed('cost_center_name') }} as cost_center_name,
        cast(quantity as {{ column_type('quantity') }}) as quantity,
        cast(gross_amount as {{ column_type('money') }}) as gross_cost,
        cast(net_amount as {{ column_type('money') }}) as net_cost,
        cast(input_tokens as {{ column_type('quantity') }}) as input_tokens,
        cast(cache_read_tokens as {{ column_type('quantity') }}) as cached_input_tokens,
        cast(cache_write_tokens as {{ column_type('quantity') }}) as cache_write_tokens,
        cast(output_tokens as {{ column_type('quantity') }}) as output_tokens,
        is_repeated,
        cast(usage_date as date) as billed_date

    from lines
)

select * from typed
