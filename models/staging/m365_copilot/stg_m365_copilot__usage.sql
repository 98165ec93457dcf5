{%- set activity_columns = [
    'last_activity_date', 'copilot_chat_last_activity_date', 'microsoft_teams_copilot_last_activity_date',
    'word_copilot_last_activity_date', 'excel_copilot_last_activity_date', 'powerpoint_copilot_last_activity_date',
    'outlook_copilot_last_activity_date', 'onenote_copilot_last_activity_date', 'loop_copilot_last_activity_date',
] -%}

with

credits as (
    select * from {{ ref('stg_m365_copilot__credits') }}
),

user_detail as (
    select * from {{ source('m365_copilot', 'user_detail') }}
),

seat_months as (
    select * from {{ ref('stg_m365_copilot__seat_months') }}
),

-- Days on which somebody was active, from whatever tells of them; a day counts once.
activity as (
    select
        _row_id,
        _delivery_id,
        source_table,
        user_id,
        used_date as active_date

    from credits
    where credit_count > 0
    {% for column in activity_columns %}
    union all
    select
        _row_id,
        _delivery_id,
        'm365_copilot__user_detail' as source_table,
        user_principal_name as user_id,
        cast({{ column }} as date) as active_date

    from user_detail
    {% endfor %}
),

ranked_activity as (
    select
        activity.*,
        row_number() over (
            partition by user_id, active_date order by source_table asc nulls last, _row_id asc nulls last
        ) as showing

    from activity
    where user_id is not null and active_date is not null
),

unioned as (
    select
        _row_id || ':credits' as usage_id,
        _delivery_id as delivery_id,
        source_table,
        'credits' as metric,
        'credits' as unit,
        cast(credit_count as {{ column_type('quantity') }}) as quantity,
        user_id,
        environment_id as workspace_id,
        agent_id as resource_id,
        used_date as first_date,
        used_date as last_date

    from credits
    where credit_count > 0
    union all
    select
        user_id || ':active:' || cast(active_date as {{ dbt.type_string() }}) as usage_id,
        _delivery_id as delivery_id,
        source_table,
        'active_days' as metric,
        'days' as unit,
        1 as quantity,
        user_id,
        cast(null as {{ dbt.type_string() }}) as workspace_id,
        cast(null as {{ dbt.type_string() }}) as resource_id,
        active_date as first_date,
        active_date as last_date

    from ranked_activity
    where showing = 1
    union all
    select
        seat_month_id || ':seats' as usage_id,
        _delivery_id as delivery_id,
        'm365_copilot__user_detail' as source_table,
        'seats' as metric,
        'seats' as unit,
        1 as quantity,
        user_id,
        cast(null as {{ dbt.type_string() }}) as workspace_id,
        cast(null as {{ dbt.type_string() }}) as resource_id,
        first_date,
        last_date

    from seat_months
),

mapped as (
    select
        unioned.*,
        'm365_copilot' as platform,
        cast(first_date as {{ dbt.type_timestamp() }}) as period_start,
        {{ add_days('cast(last_date as timestamp)', 1) }} as period_end

    from unioned
)

{{ select_usage('mapped', filled=[
    'usage_id', 'platform', 'source_table', 'delivery_id', 'period_start', 'period_end', 'metric', 'quantity', 'unit',
    'workspace_id', 'resource_id', 'user_id',
]) }}
