with

report_lines as (
    select * from {{ ref('stg_github_copilot__report_lines') }}
    where not is_repeated and unit_type in ('requests', 'ai-credits')
),

premium_requests as (
    select * from {{ source('github_copilot', 'premium_requests') }}
),

seats as (
    select * from {{ ref('stg_github_copilot__seats') }}
),

seat_months as (
    select * from {{ ref('stg_github_copilot__seat_months') }}
),

counted_lines as (
    select
        _row_id,
        _delivery_id,
        source_table,
        model,
        user_id,
        organization,
        input_tokens,
        cached_input_tokens,
        cache_write_tokens,
        output_tokens,
        billed_date,
        -- In rows of requests the report's credits are a comparison.
        case when unit_type = 'requests' then quantity end as requests,
        case when unit_type = 'ai-credits' then quantity end as credits

    from report_lines
),

lines_by_metric as (
    {{ rows_by_metric('counted_lines', metrics=[
        'requests', 'credits', 'input_tokens', 'cached_input_tokens', 'cache_write_tokens', 'output_tokens',
    ]) }}
),

-- Days on which somebody used Copilot, from whatever tells of them; a day counts once.
activity as (
    select
        _row_id,
        _delivery_id,
        source_table,
        user_id,
        organization,
        billed_date as active_date

    from report_lines
    where quantity > 0
    union all
    select
        _row_id,
        _delivery_id,
        'github_copilot__premium_requests' as source_table,
        {{ trimmed('login') }} as user_id,
        cast(null as {{ dbt.type_string() }}) as organization,
        cast(cast(requested_at as {{ dbt.type_timestamp() }}) as date) as active_date

    from premium_requests
    union all
    select
        _row_id,
        _delivery_id,
        'github_copilot__seats' as source_table,
        user_id,
        organization,
        last_activity_date as active_date

    from seats
),

ranked_activity as (
    select
        activity.*,
        row_number() over (
            partition by user_id, active_date
            order by organization asc nulls last, source_table asc nulls last, _row_id asc nulls last
        ) as showing

    from activity
    where user_id is not null and active_date is not null
),

unioned as (
    select
        _row_id || ':' || metric as usage_id,
        _delivery_id as delivery_id,
        source_table,
        metric,
        token_type,
        case when token_type is not null then 'tokens' else metric end as unit,
        model,
        'code_assistant' as feature,
        user_id,
        organization,
        cast(null as {{ dbt.type_string() }}) as team,
        quantity,
        billed_date as first_date,
        billed_date as last_date

    from lines_by_metric
    union all
    select
        _row_id || ':requests' as usage_id,
        _delivery_id as delivery_id,
        'github_copilot__premium_requests' as source_table,
        'requests' as metric,
        cast(null as {{ dbt.type_string() }}) as token_type,
        'requests' as unit,
        lower({{ trimmed('model') }}) as model,
        'code_assistant' as feature,
        {{ trimmed('login') }} as user_id,
        cast(null as {{ dbt.type_string() }}) as organization,
        cast(null as {{ dbt.type_string() }}) as team,
        cast(requests_used as {{ column_type('quantity') }}) as quantity,
        cast(cast(requested_at as {{ dbt.type_timestamp() }}) as date) as first_date,
        cast(cast(requested_at as {{ dbt.type_timestamp() }}) as date) as last_date

    from premium_requests
    where cast(requests_used as {{ column_type('quantity') }}) > 0
    union all
    select
        user_id || ':active:' || cast(active_date as {{ dbt.type_string() }}) as usage_id,
        _delivery_id as delivery_id,
        source_table,
        'active_days' as metric,
        cast(null as {{ dbt.type_string() }}) as token_type,
        'days' as unit,
        cast(null as {{ dbt.type_string() }}) as model,
        cast(null as {{ dbt.type_string() }}) as feature,
        user_id,
        organization,
        cast(null as {{ dbt.type_string() }}) as team,
        1 as quantity,
        active_date as first_date,
        active_date as last_date

    from ranked_activity
    where showing = 1
    union all
    select
        seat_month_id || ':seats' as usage_id,
        _delivery_id as delivery_id,
        'github_copilot__seats' as source_table,
        'seats' as metric,
        cast(null as {{ dbt.type_string() }}) as token_type,
        'seats' as unit,
        cast(null as {{ dbt.type_string() }}) as model,
        cast(null as {{ dbt.type_string() }}) as feature,
        user_id,
        organization,
        team,
        1 as quantity,
        first_date,
        last_date

    from seat_months
),

mapped as (
    select
        unioned.*,
        'github_copilot' as platform,
        organization as account_id,
        team as team_id,
        cast(first_date as {{ dbt.type_timestamp() }}) as period_start,
        {{ add_days('cast(last_date as timestamp)', 1) }} as period_end

    from unioned
)

{{ select_usage('mapped', filled=[
    'usage_id', 'platform', 'source_table', 'delivery_id', 'period_start', 'period_end', 'metric', 'token_type',
    'quantity', 'unit', 'model', 'feature', 'team_id', 'account_id', 'user_id',
]) }}
