{#- By whom the score is read: the scope in words, and the column that names it. -#}
{% set scopes = [
    ('company', "cast('all' as " ~ dbt.type_string() ~ ")"),
    ('division', 'division'),
    ('legal entity', 'legal_entity_code'),
    ('department', 'department_code'),
] %}

with

use_cases as (
    select * from {{ ref('fct_use_case_governance') }}
),

ledger as (
    select * from {{ ref('fct_allocation_ledger') }}
    where use_case_id is null
),

cost_centres as (
    select * from {{ ref('int_cost_centres_in_month') }}
),

departments as (
    select * from {{ ref('stg_registers__departments') }}
),

months as (
    select * from {{ ref('int_judged_months') }}
),

-- Cost that no use case explains counts with whoever pays it; what nobody pays, with nobody.
unexplained as (
    select
        cost_centres.department_code,
        cost_centres.legal_entity_code,
        ledger.accounting_month,
        cast(sum(ledger.reporting_cost) as {{ column_type('money') }}) as reporting_cost

    from ledger
    left join cost_centres
        on ledger.cost_centre_code = cost_centres.cost_centre_code
            and ledger.accounting_month = cost_centres.accounting_month
    group by
        cost_centres.department_code,
        cost_centres.legal_entity_code,
        ledger.accounting_month
),

gathered as (
    select
        division,
        legal_entity_code,
        department_code,
        1 as use_case_count,
        case when is_complete then 1 else 0 end as complete_use_case_count,
        gap_count,
        reporting_cost as use_case_cost,
        case when is_complete then reporting_cost else cast(0 as {{ column_type('money') }}) end as complete_cost,
        cast(0 as {{ column_type('money') }}) as unexplained_cost,
        accounting_month

    from use_cases

    union all

    select
        departments.division,
        unexplained.legal_entity_code,
        unexplained.department_code,
        0 as use_case_count,
        0 as complete_use_case_count,
        0 as gap_count,
        cast(0 as {{ column_type('money') }}) as use_case_cost,
        cast(0 as {{ column_type('money') }}) as complete_cost,
        unexplained.reporting_cost as unexplained_cost,
        unexplained.accounting_month

    from unexplained
    inner join months
        on unexplained.accounting_month = months.accounting_month
    left join departments
        on unexplained.department_code = departments.department_code
            and departments.valid_from < months.judged_before
            and departments.valid_to >= months.judged_before
),

scoped as (
    {% for scope, column in scopes %}
    select
        '{{ scope }}' as scope_kind,
        {{ column }} as scope_code,
        cast(sum(use_case_count) as {{ dbt.type_bigint() }}) as use_case_count,
        cast(sum(complete_use_case_count) as {{ dbt.type_bigint() }}) as complete_use_case_count,
        cast(sum(gap_count) as {{ dbt.type_bigint() }}) as gap_count,
        cast(sum(use_case_cost) as {{ column_type('money') }}) as use_case_cost,
        cast(sum(complete_cost) as {{ column_type('money') }}) as complete_cost,
        cast(sum(unexplained_cost) as {{ column_type('money') }}) as unexplained_cost,
        accounting_month

    from gathered
    {% if scope in ('division', 'legal entity') %}
    where {{ column }} is not null
    {% endif %}
    group by
        {{ column ~ ',' if scope != 'company' }}
        accounting_month
    {{ "union all" if not loop.last }}
    {% endfor %}
),

scored as (
    select
        {{ hash_key(['scoped.scope_kind', 'scoped.scope_code', 'scoped.accounting_month']) }} as readiness_id,
        scoped.scope_kind,
        scoped.scope_code,
        case
            when scoped.use_case_count = 0 then 'no use case'
            when scoped.use_case_cost <= 0 then 'no cost'
            else 'scored'
        end as readiness_status,
        months.reporting_currency,
        scoped.use_case_count,
        scoped.complete_use_case_count,
        scoped.gap_count,
        scoped.use_case_cost,
        scoped.complete_cost,
        scoped.unexplained_cost,
        {{ ratio(to_units('scoped.complete_cost'), to_units('scoped.use_case_cost')) }} as readiness_score,
        {{ ratio('scoped.complete_use_case_count', 'scoped.use_case_count') }} as complete_use_case_share,
        {{ ratio(
            to_units('scoped.use_case_cost'), to_units('(scoped.use_case_cost + scoped.unexplained_cost)')
        ) }} as explained_share,
        scoped.accounting_month,
        months.period_status

    from scoped
    inner join months
        on scoped.accounting_month = months.accounting_month
)

select * from scored
