with

cost_centre_versions as (
    select * from {{ ref('stg_registers__cost_centres') }}
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

-- As it was at the start of the month; a code opened inside the month counts by its first row, a gap by its oldest.
ranked as (
    select
        cost_centre_versions.cost_centre_code,
        periods.accounting_month,
        cost_centre_versions.department_code,
        cost_centre_versions.gl_account,
        cost_centre_versions.legal_entity_code,
        row_number() over (
            partition by cost_centre_versions.cost_centre_code, periods.accounting_month
            order by
                case
                    when cost_centre_versions.valid_from <= cast(periods.accounting_month as timestamp) then 0 else 1
                end asc nulls last,
                case
                    when cost_centre_versions.valid_to > cast(periods.accounting_month as timestamp) then 0 else 1
                end asc nulls last,
                cost_centre_versions.valid_from asc nulls last
        ) as preference

    from cost_centre_versions
    cross join periods
),

in_month as (
    select
        cost_centre_code,
        department_code,
        gl_account,
        legal_entity_code,
        accounting_month

    from ranked
    where preference = 1
)

select * from in_month
