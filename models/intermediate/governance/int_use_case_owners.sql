{{ config(materialized='table') }}

{#- The role in words, and where it is stated. -#}
{% set roles = [
    ('business owner', 'use_cases.business_owner_id'),
    ('performance owner', 'use_cases.performance_owner_id'),
    ('usage owner', 'use_cases.usage_owner_id'),
    ('department head', 'placed.head_person_id'),
] %}

with

use_cases as (
    select * from {{ ref('int_use_cases_by_month') }}
),

placed as (
    select * from {{ ref('int_use_cases_placed') }}
),

months as (
    select * from {{ ref('int_judged_months') }}
),

people as (
    select * from {{ ref('stg_registers__people') }}
),

succeeded as (
    select * from {{ ref('int_cost_centres_succeeded') }}
),

named as (
    {% for role, column in roles %}
    select
        use_cases.use_case_id,
        '{{ role }}' as owner_role,
        {{ column }} as person_id,
        use_cases.accounting_month

    from use_cases
    left join placed
        on use_cases.use_case_id = placed.use_case_id
            and use_cases.accounting_month = placed.accounting_month
    {{ "union all" if not loop.last }}
    {% endfor %}
),

asked as (
    select
        named.person_id,
        months.accounting_month,
        months.judged_before

    from named
    inner join months
        on named.accounting_month = months.accounting_month
    where named.person_id is not null
    group by
        named.person_id,
        months.accounting_month,
        months.judged_before
),

-- Somebody with several places is there as long as one of them is. A place whose cost centre has closed without a
-- successor is none.
places as (
    select
        asked.person_id,
        asked.accounting_month,
        people.valid_to >= asked.judged_before as is_in_force,
        people.cost_centre_code is not null
        and succeeded.paying_cost_centre_code is null
        and succeeded.dead_end_reason = 'closed_cost_centre' as is_closed,
        people.valid_to as ended_at

    from asked
    inner join people
        on asked.person_id = people.person_id
            and people.valid_from < asked.judged_before
    left join succeeded
        on people.cost_centre_code = succeeded.cost_centre_code
            and succeeded.segment_start < asked.judged_before
            and succeeded.segment_end >= asked.judged_before
),

people_states as (
    select
        person_id,
        accounting_month,
        max(case when is_in_force and not coalesce(is_closed, false) then 1 else 0 end) as is_current,
        max(case when is_in_force and coalesce(is_closed, false) then 1 else 0 end) as is_stranded,
        max(ended_at) as ended_at

    from places
    group by
        person_id,
        accounting_month
),

register_size as (
    select count(*) as person_count
    from people
),

-- A company that keeps no register of people cannot look anybody up: whoever is named is taken to be there.
owners as (
    select
        named.use_case_id,
        named.owner_role,
        named.person_id,
        case
            when named.person_id is null then 'none'
            when register_size.person_count = 0 then 'current'
            when people_states.is_current = 1 then 'current'
            when people_states.is_stranded = 1 then 'cost centre closed'
            when people_states.person_id is not null then 'left'
            else 'not in people.csv'
        end as owner_status,
        case
            when people_states.is_current = 0 and people_states.is_stranded = 0
                then cast(people_states.ended_at as date)
        end as left_on,
        named.accounting_month

    from named
    cross join register_size
    left join people_states
        on named.person_id = people_states.person_id
            and named.accounting_month = people_states.accounting_month
)

select * from owners
