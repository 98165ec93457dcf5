with

credits as (
    select * from {{ ref('stg_chatgpt__credits') }}
),

members as (
    select * from {{ source('chatgpt', 'members') }}
),

seat_months as (
    select * from {{ ref('stg_chatgpt__seat_months') }}
),

metered as (
    {% for metric in ['credits', 'tokens', 'requests'] %}
    select
        _row_id || ':{{ metric }}' as usage_id,
        _delivery_id as delivery_id,
        'chatgpt__credits' as source_table,
        {% if metric == 'credits' %}
        'credits' as metric,
        cast(null as {{ dbt.type_string() }}) as token_type,
        'credits' as unit,
        cast(credit_count as {{ column_type('quantity') }}) as quantity,
        {% elif metric == 'tokens' %}
        token_type || '_tokens' as metric,
        token_type,
        'tokens' as unit,
        usage_quantity as quantity,
        {% else %}
        'requests' as metric,
        cast(null as {{ dbt.type_string() }}) as token_type,
        'requests' as unit,
        usage_quantity as quantity,
        {% endif %}
        model,
        feature,
        user_id,
        used_date as first_date,
        used_date as last_date

    from credits
    {% if metric == 'tokens' %}
    where usage_units = 'tokens' and token_type is not null
    {% elif metric == 'requests' %}
    where usage_units = 'counts'
    {% endif %}
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

-- Days on which somebody was active, from whatever tells of them; a day counts once.
activity as (
    select
        _row_id,
        _delivery_id,
        'chatgpt__credits' as source_table,
        user_id,
        used_date as active_date

    from credits
    where credit_count > 0
    {% for column in ['first_day_active_in_period', 'last_day_active_in_period', 'last_day_active'] %}
    union all
    select
        _row_id,
        _delivery_id,
        'chatgpt__members' as source_table,
        coalesce(email, public_id) as user_id,
        cast({{ column }} as date) as active_date

    from members
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
    select * from metered
    where quantity > 0
    union all
    select
        user_id || ':active:' || cast(active_date as {{ dbt.type_string() }}) as usage_id,
        _delivery_id as delivery_id,
        source_table,
        'active_days' as metric,
        cast(null as {{ dbt.type_string() }}) as token_type,
        'days' as unit,
        1 as quantity,
        cast(null as {{ dbt.type_string() }}) as model,
        cast(null as {{ dbt.type_string() }}) as feature,
        user_id,
        active_date as first_date,
        active_date as last_date

    from ranked_activity
    where showing = 1
    union all
    select
        seat_month_id || ':seats' as usage_id,
        _delivery_id as delivery_id,
        'chatgpt__members' as source_table,
        'seats' as metric,
        cast(null as {{ dbt.type_string() }}) as token_type,
        'seats' as unit,
        1 as quantity,
        cast(null as {{ dbt.type_string() }}) as model,
        cast(null as {{ dbt.type_string() }}) as feature,
        user_id,
        first_date,
        last_date

    from seat_months
),

mapped as (
    select
        unioned.*,
        'chatgpt' as platform,
        cast(first_date as {{ dbt.type_timestamp() }}) as period_start,
        {{ add_days('cast(last_date as timestamp)', 1) }} as period_end

    from unioned
)

{{ select_usage('mapped', filled=[
    'usage_id', 'platform', 'source_table', 'delivery_id', 'period_start', 'period_end', 'metric', 'token_type',
    'quantity', 'unit', 'model', 'feature', 'user_id',
]) }}
