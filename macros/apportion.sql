{#-
    Cut wholes into parts that sum to them exactly: largest remainder in whole units of 10⁻¹⁰ (or of
    another scale), every measure rounded on its own with the same weights, negative wholes mirrored.

    Emits two CTEs, `<relation>_floored` and `<relation>_apportioned`; the second carries the relation's columns and,
    for each measure m, `m_part`.

    relation: CTE with one row per part; its `weight` is a whole number, not negative, and its total in a whole is over 0.
    whole: column that names the whole. measures: columns that repeat the whole's amount on each part.
    tie_break: ORDER BY terms that decide who takes a unit when remainders are equal; they must tell parts apart.

    |a|·w could pass 38 digits, so |a| is cut into a multiple of the total and a rest before it is multiplied.
-#}
{% macro apportion(relation, whole, weight, measures, tie_break) %}
    {{ relation }}_floored as (
        select
            weighed.*,
            {%- for measure in measures %}
            {{ int_div('abs(' ~ measure ~ '_units)', 'weight_total') }} * {{ weight }}
            + {{ int_div(int_mod('abs(' ~ measure ~ '_units)', 'weight_total') ~ ' * ' ~ weight, 'weight_total') }}
                as {{ measure }}_floor,
            {{ int_mod(int_mod('abs(' ~ measure ~ '_units)', 'weight_total') ~ ' * ' ~ weight, 'weight_total') }}
                as {{ measure }}_remainder
            {{- "," if not loop.last }}
            {%- endfor %}

        from (
            select
                {{ relation }}.*,
                {%- for measure in measures %}
                {{ to_units(measure) }} as {{ measure }}_units,
                {%- endfor %}
                cast(sum({{ weight }}) over (partition by {{ whole }}) as decimal(38, 0)) as weight_total

            from {{ relation }}
        ) as weighed
    ),

    {{ relation }}_apportioned as (
        select
            ranked.*,
            {%- for measure in measures %}
            {{ from_units(
                "case when " ~ measure ~ "_units < 0 then -1 else 1 end * (" ~ measure ~ "_floor + case when "
                ~ measure ~ "_rank <= " ~ measure ~ "_left_over then 1 else 0 end)"
            ) }} as {{ measure }}_part
            {{- "," if not loop.last }}
            {%- endfor %}

        from (
            select
                {{ relation }}_floored.*,
                {%- for measure in measures %}
                row_number() over (
                    partition by {{ whole }} order by {{ measure }}_remainder desc nulls last, {{ tie_break }}
                ) as {{ measure }}_rank,
                abs({{ measure }}_units) - sum({{ measure }}_floor) over (partition by {{ whole }})
                    as {{ measure }}_left_over
                {{- "," if not loop.last }}
                {%- endfor %}

            from {{ relation }}_floored
        ) as ranked
    )
{% endmacro %}
