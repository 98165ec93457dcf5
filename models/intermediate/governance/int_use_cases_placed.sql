{{ config(materialized='table') }}

with

use_cases as (
    select
        use_case_id,
        cost_centre_code,
        accounting_month

    from {{ ref('int_use_cases_by_month') }}
),

months as (
    select * from {{ ref('int_judged_months') }}
),

succeeded as (
    select * from {{ ref('int_cost_centres_succeeded') }}
),

own_ends as (
    select
        cost_centre_code,
        max(valid_to) as ended_at

    from {{ ref('stg_registers__cost_centres') }}
    group by cost_centre_code
),

in_month as (
    select * from {{ ref('int_cost_centres_in_month') }}
),

departments as (
    select * from {{ ref('stg_registers__departments') }}
),

-- The sponsor's cost centre, or what it has passed to.
paying as (
    select
        use_cases.use_case_id,
        use_cases.cost_centre_code,
        succeeded.paying_cost_centre_code,
        case
            when use_cases.cost_centre_code is null then 'none'
            when succeeded.paying_cost_centre_code = use_cases.cost_centre_code then 'open'
            when succeeded.paying_cost_centre_code is not null then 'succeeded'
            when succeeded.dead_end_reason = 'closed_cost_centre' then 'closed'
            else 'unknown'
        end as cost_centre_status,
        case
            when succeeded.paying_cost_centre_code is null and succeeded.dead_end_reason = 'closed_cost_centre'
                then cast(own_ends.ended_at as date)
        end as cost_centre_closed_on,
        use_cases.accounting_month,
        months.judged_before

    from use_cases
    inner join months
        on use_cases.accounting_month = months.accounting_month
    left join succeeded
        on use_cases.cost_centre_code = succeeded.cost_centre_code
            and succeeded.segment_start < months.judged_before
            and succeeded.segment_end >= months.judged_before
    left join own_ends
        on use_cases.cost_centre_code = own_ends.cost_centre_code
),

placed as (
    select
        paying.use_case_id,
        paying.cost_centre_code,
        paying.paying_cost_centre_code,
        paying.cost_centre_status,
        in_month.department_code,
        departments.department_name,
        departments.division,
        in_month.legal_entity_code,
        departments.head_person_id,
        departments.chargeback_from as department_chargeback_from,
        paying.cost_centre_closed_on,
        paying.accounting_month

    from paying
    left join in_month
        on coalesce(paying.paying_cost_centre_code, paying.cost_centre_code) = in_month.cost_centre_code
            and paying.accounting_month = in_month.accounting_month
    left join departments
        on in_month.department_code = departments.department_code
            and departments.valid_from < paying.judged_before
            and departments.valid_to >= paying.judged_before
)

select * from placed
