with

charges as (
    select * from {{ ref('int_charges_profiled') }}
    where coalesce(api_key_id, service_account_id) is not null
),

usage_rows as (
    select * from {{ ref('int_usage_aggregated_to_day') }}
    where coalesce(api_key_id, service_account_id) is not null
),

owners as (
    select * from {{ ref('int_owners_resolved') }}
),

cost_centres as (
    select * from {{ ref('int_cost_centres_in_month') }}
),

gateway_keys as (
    select * from {{ ref('int_gateway_keys') }}
),

seen as (
    select
        platform,
        case when api_key_id is not null then 'api_key' else 'service_account' end as identity_type,
        coalesce(api_key_id, service_account_id) as identity_id,
        owner_profile_id,
        environment,
        charge_date as seen_date,
        cast(sum(reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        cast(0 as {{ column_type('whole') }}) as token_count,
        cast(0 as {{ column_type('whole') }}) as request_count

    from charges
    group by platform, api_key_id, service_account_id, owner_profile_id, environment, charge_date

    union all

    select
        platform,
        case when api_key_id is not null then 'api_key' else 'service_account' end as identity_type,
        coalesce(api_key_id, service_account_id) as identity_id,
        owner_profile_id,
        environment,
        usage_date as seen_date,
        cast(0 as {{ column_type('money') }}) as reporting_cost,
        cast(sum(case when token_type is not null then quantity else 0 end) as {{ column_type('whole') }}) as token_count,
        cast(sum(case when metric = 'requests' then quantity else 0 end) as {{ column_type('whole') }}) as request_count

    from usage_rows
    group by platform, api_key_id, service_account_id, owner_profile_id, environment, usage_date
),

owned as (
    select
        seen.platform,
        seen.identity_type,
        seen.identity_id,
        cost_centres.department_code,
        lower(coalesce(seen.environment, owners.environment)) as environment,
        seen.reporting_cost,
        seen.token_count,
        seen.request_count,
        seen.seen_date

    from seen
    left join owners
        on seen.owner_profile_id = owners.owner_profile_id
    left join cost_centres
        on owners.cost_centre_code = cost_centres.cost_centre_code
            and {{ month_start('seen.seen_date') }} = cost_centres.accounting_month
    left join gateway_keys
        on seen.identity_id = gateway_keys.api_key_id
    where gateway_keys.api_key_id is null
),

-- On one day, so that a key that moves is not a key that is shared.
{% set ways = [('departments', 'department_code'), ('environments', 'environment')] %}
{% for way, column in ways %}
{{ way }}_on_a_day as (
    select
        platform,
        identity_type,
        identity_id,
        seen_date

    from owned
    where {{ column }} is not null
    group by
        platform,
        identity_type,
        identity_id,
        seen_date
    having min({{ column }}) <> max({{ column }})
),

{{ way }}_listed as (
    select
        owned.platform,
        owned.identity_type,
        owned.identity_id,
        owned.{{ column }} as shared_by,
        cast(sum(owned.reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        cast(sum(owned.token_count) as {{ column_type('whole') }}) as token_count,
        cast(sum(owned.request_count) as {{ column_type('whole') }}) as request_count,
        min(owned.seen_date) as first_seen_date,
        max(owned.seen_date) as last_seen_date

    from owned
    inner join {{ way }}_on_a_day as shared_days
        on owned.platform = shared_days.platform
            and owned.identity_type = shared_days.identity_type
            and owned.identity_id = shared_days.identity_id
            and owned.seen_date = shared_days.seen_date
    group by
        owned.platform,
        owned.identity_type,
        owned.identity_id,
        owned.{{ column }}
),

{% endfor %}
shared as (
    {% for way, _ in ways %}
    select
        platform,
        identity_type,
        identity_id,
        '{{ way }}' as shared_across,
        {{ sorted_text('shared_by', "', '") }} as shared_by,
        cast(sum(reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        cast(sum(token_count) as {{ column_type('whole') }}) as token_count,
        cast(sum(request_count) as {{ column_type('whole') }}) as request_count,
        min(first_seen_date) as first_seen_date,
        max(last_seen_date) as last_seen_date

    from {{ way }}_listed
    group by
        platform,
        identity_type,
        identity_id
    {{ "union all" if not loop.last }}
    {% endfor %}
)

select * from shared
