{% set grain = ['platform', 'use_case_id', 'model'] %}

with

usage_rows as (
    select * from {{ ref('fct_ai_usage') }}
    where token_type is not null or metric in ('requests', 'failed_requests')
),

showback as (
    select * from {{ ref('fct_showback_monthly') }}
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

-- Showback has what is allocated: usage that nobody owns stands apart, lest a cost be divided by calls that it did not pay for.
measured as (
    select
        {% for column in grain %}
        {{ column }},
        {% endfor %}
        cast(null as {{ dbt.type_string() }}) as reporting_currency,
        cast(0 as {{ column_type('money') }}) as reporting_cost,
        unallocated_reason is null as is_owned,
        case when token_type is not null then quantity else 0 end as token_count,
        case when token_type like '%output' then quantity else 0 end as output_token_count,
        case when token_type in ('cached_input', 'audio_cached_input') then quantity else 0 end as cached_token_count,
        -- What could have come from the cache: all input, read from it or not; writes to it are input, too.
        case when token_type is not null and token_type not like '%output' and token_type <> 'embedding' then quantity else 0 end
            as input_token_count,
        case when metric = 'requests' then quantity else 0 end as request_count,
        case when metric = 'failed_requests' then quantity end as failed_request_count,
        {{ month_start('usage_date') }} as accounting_month

    from usage_rows

    union all

    select
        {% for column in grain %}
        {{ column }},
        {% endfor %}
        reporting_currency,
        reporting_cost,
        true as is_owned,
        0 as token_count,
        0 as output_token_count,
        0 as cached_token_count,
        0 as input_token_count,
        0 as request_count,
        null as failed_request_count,
        accounting_month

    from showback
),

summed as (
    select
        {% for column in grain %}
        {{ column }},
        {% endfor %}
        max(reporting_currency) as reporting_currency,
        cast(sum(reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        {% for count in ['token', 'output_token', 'cached_token', 'input_token', 'request', 'failed_request'] %}
        cast(sum({{ count }}_count) as {{ column_type('whole') }}) as {{ count }}_count,
        {% endfor %}
        is_owned,
        accounting_month

    from measured
    group by
        {% for column in grain %}
        {{ column }},
        {% endfor %}
        is_owned,
        accounting_month
),

drivers as (
    select
        {{ hash_key(grain + ['is_owned', 'summed.accounting_month']) }} as usage_driver_id,
        {% for column in grain %}
        summed.{{ column }},
        {% endfor %}
        summed.reporting_currency,
        case
            when not summed.is_owned then 'nobody owns it'
            when summed.reporting_cost = 0 then 'no cost here'
            else 'allocated'
        end as cost_status,
        summed.reporting_cost,
        summed.token_count,
        summed.request_count,
        case when token_count > 0 then {{ ratio('token_count', 'request_count') }} end as tokens_per_request,
        {{ ratio('output_token_count', 'token_count') }} as output_token_share,
        {{ ratio('cached_token_count', 'input_token_count') }} as cached_input_share,
        {{ ratio('failed_request_count', 'request_count + failed_request_count') }} as failed_request_share,
        case when request_count > 0 and reporting_cost <> 0
            then {{ ratio(to_units('reporting_cost'), 'request_count * 10000000000') }}
        end as cost_per_request,
        case when token_count > 0 and reporting_cost <> 0
            then {{ ratio(to_units('reporting_cost') ~ ' * 1000000', 'token_count * 10000000000') }}
        end as cost_per_million_tokens,
        summed.is_owned,
        summed.accounting_month,
        periods.period_status

    from summed
    left join periods
        on summed.accounting_month = periods.accounting_month
    where token_count <> 0 or request_count <> 0 or failed_request_count <> 0
)

select * from drivers
