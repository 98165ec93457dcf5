{% set series = ['cost_centre_code', 'platform', 'use_case_id', 'reporting_currency'] %}
{% set kept_ends = "coalesce(this_month.accounting_month, " ~ month_start(add_months('last_month.accounting_month', 1)) ~ ")" %}

with

showback as (
    select * from {{ ref('fct_showback_monthly') }}
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

months as (
    select accounting_month
    from showback
    group by accounting_month
),

-- A model is what has one price: workflows and features of it are counted together.
models as (
    select
        {{ hash_key(series) }} as series_id,
        {{ hash_key(series + ['model']) }} as model_series_id,
        {% for column in series %}
        {{ column }},
        {% endfor %}
        max(department_code) as department_code,
        {{ to_units('sum(reporting_cost)') }} as cost_units,
        sum(token_count) as token_count,
        sum(request_count) as request_count,
        accounting_month

    from showback
    group by
        {% for column in series %}
        {{ column }},
        {% endfor %}
        model,
        accounting_month
),

-- Each month beside the one before; what has ended is a row of the month in which it was missing first.
paired as (
    select
        coalesce(this_month.series_id, last_month.series_id) as series_id,
        {% for column in series + ['department_code'] %}
        coalesce(this_month.{{ column }}, last_month.{{ column }}) as {{ column }},
        {% endfor %}
        coalesce(this_month.cost_units, 0) as cost_units,
        coalesce(last_month.cost_units, 0) as previous_cost_units,
        coalesce(this_month.token_count, 0) as token_count,
        coalesce(last_month.token_count, 0) as previous_token_count,
        coalesce(this_month.request_count, 0) as request_count,
        coalesce(last_month.request_count, 0) as previous_request_count,
        last_month.model_series_id is null as is_new,
        this_month.model_series_id is null as is_ended,
        {{ kept_ends }} as accounting_month

    from models as this_month
    full outer join models as last_month
        on this_month.model_series_id = last_month.model_series_id
            and this_month.accounting_month = {{ month_start(add_months('last_month.accounting_month', 1)) }}
),

-- The first month that was landed has no month before it, and the month after the last has not been landed.
shown as (
    select paired.*

    from paired
    inner join months
        on paired.accounting_month = months.accounting_month
    inner join months as months_before
        on paired.accounting_month = {{ month_start(add_months('months_before.accounting_month', 1)) }}
),

-- Tokens are the volume where a model of the series has them in both months, else requests are.
measured as (
    select
        shown.*,
        case
            when max(case when token_count > 0 and previous_token_count > 0 then 1 else 0 end)
                over (partition by series_id, accounting_month) = 1
                then 'tokens'
            when max(case when request_count > 0 and previous_request_count > 0 then 1 else 0 end)
                over (partition by series_id, accounting_month) = 1
                then 'requests'
        end as volume_measure

    from shown
),

sized as (
    select
        measured.*,
        case volume_measure when 'tokens' then token_count when 'requests' then request_count else 0 end as volume,
        case volume_measure when 'tokens' then previous_token_count when 'requests' then previous_request_count else 0 end
            as previous_volume

    from measured
),

-- What a model would have cost at last month's cost a unit: whole units of money, cut; the cut ends in the mix.
compared as (
    select
        sized.*,
        volume > 0 and previous_volume > 0 as is_comparable,
        case when volume > 0 and previous_volume > 0
            then case when previous_cost_units < 0 then -1 else 1 end
                * {{ int_div('abs(previous_cost_units) * volume', 'previous_volume') }}
            else 0
        end as cost_units_at_previous_price

    from sized
),

summed as (
    select
        series_id,
        {% for column in series %}
        {{ column }},
        {% endfor %}
        max(department_code) as department_code,
        max(volume_measure) as volume_measure,
        sum(cost_units) as cost_units,
        sum(previous_cost_units) as previous_cost_units,
        sum(case when is_comparable then volume else 0 end) as volume,
        sum(case when is_comparable then previous_volume else 0 end) as previous_volume,
        sum(case when is_comparable then cost_units else 0 end) as comparable_units,
        sum(case when is_comparable then previous_cost_units else 0 end) as previous_comparable_units,
        sum(cost_units_at_previous_price) as units_at_previous_price,
        sum(case when is_new then cost_units else 0 end) as new_units,
        sum(case when is_ended then -previous_cost_units else 0 end) as ended_units,
        sum(case when not is_comparable and not is_new and not is_ended then cost_units - previous_cost_units else 0 end)
            as unmetered_units,
        accounting_month

    from compared
    group by
        series_id,
        {% for column in series %}
        {{ column }},
        {% endfor %}
        accounting_month
),

effects as (
    select
        summed.*,
        case when previous_volume > 0
            then case when previous_comparable_units < 0 then -1 else 1 end
                * case when volume < previous_volume then -1 else 1 end
                * {{ int_div('abs(previous_comparable_units) * abs(volume - previous_volume)', 'previous_volume') }}
            else 0
        end as volume_units,
        comparable_units - units_at_previous_price as price_units

    from summed
),

drivers as (
    select
        {{ hash_key(['series_id', 'effects.accounting_month']) }} as cost_change_id,
        effects.department_code,
        {% for column in series %}
        effects.{{ column }},
        {% endfor %}
        effects.volume_measure,
        {{ from_units('cost_units') }} as reporting_cost,
        {{ from_units('previous_cost_units') }} as previous_month_reporting_cost,
        {{ from_units('cost_units - previous_cost_units') }} as month_on_month_change,
        {{ from_units('volume_units') }} as volume_effect,
        {{ from_units('price_units') }} as price_effect,
        {{ from_units('units_at_previous_price - previous_comparable_units - volume_units') }} as mix_effect,
        {{ from_units('new_units') }} as new_effect,
        {{ from_units('ended_units') }} as ended_effect,
        {{ from_units('unmetered_units') }} as unmetered_effect,
        cast(volume as {{ column_type('whole') }}) as comparable_volume,
        cast(previous_volume as {{ column_type('whole') }}) as previous_comparable_volume,
        effects.accounting_month,
        periods.period_status

    from effects
    left join periods
        on effects.accounting_month = periods.accounting_month
)

select * from drivers
