-- One row per period and group, from responses of the API and from the console's CSV, with what the group is by name. The console
-- does not say by what it has grouped: twelve digits are an account, all else counts as a service.
with

responses as (
    select
        results.*,
        {%- for place in [0, 1] %}
        upper(coalesce(
            {{ json_item_text('group_definitions', place, 'Key') }},
            case
                when regexp_extract({{ json_item_text('keys', place) }}, '^[0-9]{12}$', 0) <> '' then 'LINKED_ACCOUNT'
                else 'SERVICE'
            end
        )) as dimension_{{ place }},
        upper(coalesce({{ json_item_text('group_definitions', place, 'Type') }}, 'DIMENSION')) as definition_{{ place }},
        {{ json_item_text('keys', place) }} as value_{{ place }}{{ "," if not loop.last }}
        {%- endfor %}

    from {{ source('cost_explorer', 'results') }} as results
),

from_responses as (
    select
        _row_id,
        _delivery_id,
        _file,
        _row,
        'cost_explorer__results' as source_table,
        {%- for dimension, name in [
            ('SERVICE', 'service'), ('LINKED_ACCOUNT', 'account_id'), ('USAGE_TYPE', 'usage_type'),
            ('RECORD_TYPE', 'record_type'), ('REGION', 'region'),
        ] %}
        case
            when definition_0 = 'DIMENSION' and dimension_0 = '{{ dimension }}' then value_0
            when definition_1 = 'DIMENSION' and dimension_1 = '{{ dimension }}' then value_1
        end as {{ name }},
        {%- endfor %}
        -- A tag comes as `key$value`, without a value where a resource has none.
        case
            when definition_0 in ('TAG', 'COST_CATEGORY') then value_0
            when definition_1 in ('TAG', 'COST_CATEGORY') then value_1
        end as tag,
        upper(unblended_unit) as currency,
        cast(unblended_cost as {{ column_type('money') }}) as unblended_cost,
        cast(amortized_cost as {{ column_type('money') }}) as amortized_cost,
        cast(usage_quantity as {{ column_type('quantity') }}) as usage_quantity,
        usage_unit,
        cast(period_start as {{ dbt.type_timestamp() }}) as period_start,
        cast(period_end as {{ dbt.type_timestamp() }}) as period_end

    from responses
),

console_rows as (
    select
        console.*,
        -- Days follow each other in a daily report; a monthly one has firsts only.
        max(case when period_start not like '%-01' then 1 else 0 end) over (partition by _delivery_id) as is_daily

    from {{ source('cost_explorer', 'console') }} as console
),

console_cells as (
    {{ explode_json_object('console_rows', 'costs') }}
),

named_cells as (
    select
        console_cells.*,
        trim(regexp_replace(member_key, '[(][$][)] *$', '')) as group_name

    from console_cells
    where member_value is not null
    union all
    -- A report that is not grouped has its total alone.
    select
        console_rows.*,
        cast(null as {{ dbt.type_string() }}) as member_key,
        total_costs as member_value,
        cast(null as {{ dbt.type_string() }}) as group_name

    from console_rows
    where costs is null and total_costs is not null
),

from_console as (
    select
        case when member_key is null then _row_id else _row_id || ':' || {{ hash_key(['member_key']) }} end as _row_id,
        _delivery_id,
        _file,
        _row,
        'cost_explorer__console' as source_table,
        case when regexp_extract(group_name, '[0-9]{12}', 0) = '' then group_name end as service,
        nullif(regexp_extract(group_name, '[0-9]{12}', 0), '') as account_id,
        cast(null as {{ dbt.type_string() }}) as usage_type,
        cast(null as {{ dbt.type_string() }}) as record_type,
        cast(null as {{ dbt.type_string() }}) as region,
        cast(null as {{ dbt.type_string() }}) as tag,
        'USD' as currency,
        cast(member_value as {{ column_type('money') }}) as unblended_cost,
        cast(null as {{ column_type('money') }}) as amortized_cost,
        cast(null as {{ column_type('quantity') }}) as usage_quantity,
        cast(null as {{ dbt.type_string() }}) as usage_unit,
        cast(period_start as {{ dbt.type_timestamp() }}) as period_start,
        cast(
            case
                when is_daily = 1 then {{ dbt.dateadd('day', 1, 'cast(period_start as date)') }}
                else {{ next_month_start('cast(period_start as ' ~ dbt.type_timestamp() ~ ')') }}
            end as {{ dbt.type_timestamp() }}
        ) as period_end

    from named_cells
),

results as (
    select * from from_responses
    union all
    select * from from_console
)

select * from results
