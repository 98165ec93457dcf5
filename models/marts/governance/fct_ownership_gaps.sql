{#- What the ledger's reason means for who keeps the registers; a person is no key. -#}
{% set kinds = [
    ('unknown_identity', 'unknown to every register'),
    ('ownership_expired', 'registration has ended'),
    ('unknown_cost_centre', 'cost centre is unknown'),
    ('closed_cost_centre', 'cost centre has closed'),
] %}
{% set columns = [
    'gap_kind', 'platform', 'identity_type', 'identity_id', 'use_case_id', 'cost_centre_code', 'shared_by',
    'suggestion', 'cost_source', 'reporting_cost', 'token_count', 'request_count', 'open_since_date',
    'first_seen_date', 'last_seen_date',
] %}

with

unallocated as (
    select * from {{ ref('fct_allocation_ledger') }}
    where unallocated_reason in (
        {%- for reason, _ in kinds %}'{{ reason }}', {% endfor %}'identity_without_owner')
        and identity_id is not null
),

unowned_usage as (
    select * from {{ ref('fct_ai_usage') }}
    where unallocated_reason in (
        {%- for reason, _ in kinds %}'{{ reason }}', {% endfor %}'identity_without_owner')
        and identity_id is not null
),

identities as (
    select
        platform,
        identity_type,
        identity_id,
        max(case when register_state = 'unregistered' then 0 else 1 end) as is_registered

    from {{ ref('int_identities_matched_to_registers') }}
    group by
        platform,
        identity_type,
        identity_id
),

gateway_keys as (
    select * from {{ ref('int_gateway_keys') }}
),

unregistered_keys as (
    select * from {{ ref('int_unregistered_keys') }}
),

shared_keys as (
    select * from {{ ref('int_shared_keys') }}
),

silent_identities as (
    select * from {{ ref('int_silent_identities') }}
),

governance as (
    select * from {{ ref('fct_use_case_governance') }}
),

governance_gaps as (
    select * from {{ ref('fct_governance_gaps') }}
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

-- What spends, and what only uses: nobody owns either.
nobodys as (
    select
        platform,
        identity_type,
        identity_id,
        unallocated_reason,
        suggestion,
        reporting_cost,
        0 as token_count,
        0 as request_count,
        charge_date as seen_date

    from unallocated

    union all

    select
        platform,
        identity_type,
        identity_id,
        unallocated_reason,
        cast(null as {{ dbt.type_string() }}) as suggestion,
        cast(0 as {{ column_type('money') }}) as reporting_cost,
        case when token_type is not null then quantity else 0 end as token_count,
        case when metric = 'requests' then quantity else 0 end as request_count,
        usage_date as seen_date

    from unowned_usage
),

judged as (
    select
        case nobodys.unallocated_reason
            when 'identity_without_owner'
                then case
                    when identities.is_registered = 1 then 'registered without an owner'
                    else 'unknown to every register'
                end
            when 'ownership_expired'
                then case
                    when nobodys.identity_type = 'user' then 'person has left' else 'registration has ended'
                end
            {% for reason, kind in kinds if reason != 'ownership_expired' %}
            when '{{ reason }}' then '{{ kind }}'
            {% endfor %}
        end as gap_kind,
        nobodys.*

    from nobodys
    left join identities
        on nobodys.platform = identities.platform
            and nobodys.identity_type = identities.identity_type
            and nobodys.identity_id = identities.identity_id
    left join gateway_keys
        on nobodys.identity_id = gateway_keys.api_key_id
    where gateway_keys.api_key_id is null or nobodys.reporting_cost <> 0
),

unowned as (
    select
        gap_kind,
        platform,
        identity_type,
        identity_id,
        max(suggestion) as suggestion,
        cast(sum(reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        cast(sum(token_count) as {{ column_type('whole') }}) as token_count,
        cast(sum(request_count) as {{ column_type('whole') }}) as request_count,
        min(seen_date) as first_seen_date,
        max(seen_date) as last_seen_date

    from judged
    group by
        gap_kind,
        platform,
        identity_type,
        identity_id
),

newest_month as (
    select max(accounting_month) as accounting_month
    from governance
),

open_gaps as (
    select
        governance_gaps.use_case_id,
        governance_gaps.cost_centre_code,
        case governance_gaps.gap_kind
            when 'no business owner' then 'production without a business owner'
            when 'business owner has left' then 'business owner has left'
            else 'cost centre of the use case has closed'
        end as gap_kind,
        governance_gaps.remedy,
        governance_gaps.open_since_date

    from governance_gaps
    inner join newest_month
        on governance_gaps.accounting_month = newest_month.accounting_month
    where governance_gaps.gap_kind in ('business owner has left', 'closed cost centre')
        or (governance_gaps.gap_kind = 'no business owner' and governance_gaps.stage = 'production')
),

gaps as (
    select
        gap_kind,
        platform,
        identity_type,
        identity_id,
        cast(null as {{ dbt.type_string() }}) as use_case_id,
        cast(null as {{ dbt.type_string() }}) as cost_centre_code,
        cast(null as {{ dbt.type_string() }}) as shared_by,
        coalesce(
            suggestion,
            'Add ' || platform || ',' || identity_type || ',' || identity_id
            || ' to identities.csv with its use case or cost centre'
        ) as suggestion,
        'unallocated in the ledger' as cost_source,
        reporting_cost,
        token_count,
        request_count,
        first_seen_date as open_since_date,
        first_seen_date,
        last_seen_date

    from unowned

    union all

    select
        'unregistered key of a registered ' || owned_through as gap_kind,
        platform,
        identity_type,
        identity_id,
        use_case_id,
        cost_centre_code,
        cast(null as {{ dbt.type_string() }}) as shared_by,
        'Add ' || platform || ',' || identity_type || ',' || identity_id || ' to identities.csv: until then '
        || owned_through || ' ' || owning_identity_id || ' pays for it' as suggestion,
        'charged on bills' as cost_source,
        reporting_cost,
        token_count,
        request_count,
        first_seen_date as open_since_date,
        first_seen_date,
        last_seen_date

    from unregistered_keys

    union all

    select
        'key shared across ' || shared_across as gap_kind,
        platform,
        identity_type,
        identity_id,
        cast(null as {{ dbt.type_string() }}) as use_case_id,
        cast(null as {{ dbt.type_string() }}) as cost_centre_code,
        shared_by,
        'Give each of ' || shared_by || ' a key of its own' as suggestion,
        'charged on bills' as cost_source,
        reporting_cost,
        token_count,
        request_count,
        first_seen_date as open_since_date,
        first_seen_date,
        last_seen_date

    from shared_keys

    union all

    select
        'registered but silent' as gap_kind,
        platform,
        identity_type,
        identity_id,
        use_case_id,
        cost_centre_code,
        cast(null as {{ dbt.type_string() }}) as shared_by,
        'Revoke it and end its row in identities.csv, or look for a typing error in the row' as suggestion,
        'charged on bills' as cost_source,
        reporting_cost,
        token_count,
        request_count,
        coalesce(last_seen_date, registered_from_date) as open_since_date,
        first_seen_date,
        last_seen_date

    from silent_identities

    union all

    select
        open_gaps.gap_kind,
        cast(null as {{ dbt.type_string() }}) as platform,
        'use_case' as identity_type,
        open_gaps.use_case_id as identity_id,
        open_gaps.use_case_id,
        open_gaps.cost_centre_code,
        cast(null as {{ dbt.type_string() }}) as shared_by,
        open_gaps.remedy as suggestion,
        'ledger of the use case' as cost_source,
        cast(sum(governance.reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        cast(sum(governance.token_count) as {{ column_type('whole') }}) as token_count,
        cast(sum(governance.request_count) as {{ column_type('whole') }}) as request_count,
        open_gaps.open_since_date,
        min(governance.accounting_month) as first_seen_date,
        max(governance.judged_date) as last_seen_date

    from open_gaps
    inner join governance
        on open_gaps.use_case_id = governance.use_case_id
            and governance.accounting_month >= {{ month_start('open_gaps.open_since_date') }}
    group by
        open_gaps.gap_kind,
        open_gaps.use_case_id,
        open_gaps.cost_centre_code,
        open_gaps.remedy,
        open_gaps.open_since_date
),

aged as (
    select
        {{ hash_key([
            'gaps.gap_kind', 'gaps.platform', 'gaps.identity_type', 'gaps.identity_id', 'gaps.use_case_id',
            'gaps.cost_centre_code',
        ]) }} as ownership_gap_id,
        {% for column in columns %}
        gaps.{{ column }},
        {% endfor %}
        cast({{ dbt.datediff('gaps.open_since_date', 'as_of.as_of_date', 'day') }} as {{ dbt.type_bigint() }}) as age_days

    from gaps
    cross join as_of
)

select * from aged
