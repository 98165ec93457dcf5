{#-
    Sandbox allocations cut at their cap: what lies inside, what over it. A query, for a model or in brackets behind a
    CTE's name.

    staged: relation shaped as int_allocations_staged, of any tier. spent: relation with what lower tiers spent, by
    use_case_id and stage_valid_from, which comes first under the cap; none for tier 1.
-#}
{% macro funded_sandboxes(staged, spent=none) %}
with

sandbox_payers as (
    {{ sandbox_payers(staged) }}
),

sandbox_spend as (
    select
        staged_spend.assignment_id,
        staged_spend.use_case_id,
        staged_spend.stage_valid_from,
        staged_spend.sequence_id,
        staged_spend.cost_centre_code,
        staged_spend.period_start,
        staged_spend.sandbox_cap,
        {% if spent %}
        coalesce({{ to_units('spent_before.reporting_cost') }}, 0) as spent_before_units,
        {% else %}
        0 as spent_before_units,
        {% endif %}
        staged_spend.billed_cost,
        staged_spend.effective_cost,
        staged_spend.reporting_cost

    from {{ staged }} as staged_spend
    {% if spent %}
    left join {{ spent }} as spent_before
        on staged_spend.use_case_id = spent_before.use_case_id
            and staged_spend.stage_valid_from = spent_before.stage_valid_from
    {% endif %}
    where staged_spend.is_sandbox and not staged_spend.is_expired
),

-- The running sum of the whole stage row, credits included, in order of tier, period start, then charge id.
-- An empty cap is open, as every empty end in the registers is.
running as (
    select
        sandbox_spend.*,
        coalesce({{ to_units('sandbox_cap') }}, cast('1000000000000000000000000000000000000' as decimal(38, 0))) as cap_units,
        {{ to_units('reporting_cost') }} as cost_units,
        cast(sum({{ to_units('reporting_cost') }}) over (
            partition by use_case_id, stage_valid_from
            order by
                period_start asc nulls last,
                sequence_id asc nulls last,
                cost_centre_code asc nulls last
            rows between unbounded preceding and current row
        ) as decimal(38, 0)) + spent_before_units as spent_units

    from sandbox_spend
),

-- What lies inside is how far this charge moves the sum below the cap; a credit moves it back by the same rule.
cut as (
    select
        running.*,
        least(spent_units, cap_units) - least(spent_units - cost_units, cap_units) as inside_units,
        greatest(spent_units, cap_units) - greatest(spent_units - cost_units, cap_units) as outside_units

    from running
),

sides as (
    select
        cut.assignment_id,
        'inside' as funding,
        sandbox_payers.inside_payer_code as payer_code,
        sandbox_payers.inside_reason is not null as is_unallocated,
        case
            when inside_units = 0 and outside_units = 0 then case when spent_units <= cap_units then 1 else 0 end
            else abs(inside_units)
        end as funding_units,
        billed_cost,
        effective_cost,
        reporting_cost

    from cut
    left join sandbox_payers
        on cut.assignment_id = sandbox_payers.assignment_id

    union all

    select
        cut.assignment_id,
        'over_cap' as funding,
        sandbox_payers.outside_payer_code as payer_code,
        sandbox_payers.over_cap_reason is not null as is_unallocated,
        case
            when inside_units = 0 and outside_units = 0 then case when spent_units <= cap_units then 0 else 1 end
            else abs(outside_units)
        end as funding_units,
        billed_cost,
        effective_cost,
        reporting_cost

    from cut
    left join sandbox_payers
        on cut.assignment_id = sandbox_payers.assignment_id
),

funded_sides as (
    select * from sides
    where funding_units > 0
),

{{ apportion(
    relation='funded_sides',
    whole='assignment_id',
    weight='funding_units',
    measures=['billed_cost', 'effective_cost', 'reporting_cost'],
    tie_break="case when is_unallocated then 1 else 0 end asc nulls last, funding_units desc nulls last,"
    ~ " payer_code asc nulls last, funding asc nulls last"
) }},

funded as (
    select
        assignment_id,
        funding,
        funding_units,
        weight_total as funding_units_total,
        billed_cost_part as billed_cost,
        effective_cost_part as effective_cost,
        reporting_cost_part as reporting_cost

    from funded_sides_apportioned
)

select * from funded
{% endmacro %}
