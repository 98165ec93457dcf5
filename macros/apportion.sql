{#-
    Cut wholes into parts that sum to them exactly: largest remainder in whole units of 10⁻¹⁰ (or of
    another scale), every measure rounded on its own with the same weights, negative wholes mirrored.

    Emits CTEs of which the last is `<relation>_apportioned`: the relation's columns, `weight_total` and, for each
    measure m, `m_part`.

    relation: CTE with one row per part; its `weight` is a whole number, not negative, and its total in a whole is over 0.
    whole: column that names the whole. measures: columns that repeat the whole's amount on each part.
    tie_break: ORDER BY terms that decide who takes a unit when remainders are equal; they must tell parts apart.

    |a|·w could pass 38 digits, so |a| is cut into a multiple of the total and a rest before it is multiplied. Dividing
    whole numbers of 38 digits is what takes the time: once a part and measure, all else once a whole.
-#}
{% macro apportion(relation, whole, weight, measures, tie_break) %}
    {{ relation }}_wholes as (
        select
            {{ whole }} as whole_id,
            {%- for measure in measures %}
            {{ to_units('max(' ~ measure ~ ')') }} as {{ measure }}_units,
            {%- endfor %}
            cast(sum({{ weight }}) as decimal(38, 0)) as weight_total

        from {{ relation }}
        group by {{ whole }}
    ),

    {{ relation }}_multiplied as (
        select
            wholes.*
            {%- for measure in measures %},
            {{ int_div('abs(' ~ measure ~ '_units)', 'weight_total') }} as {{ measure }}_multiple,
            {{ int_mod('abs(' ~ measure ~ '_units)', 'weight_total') }} as {{ measure }}_rest
            {%- endfor %}

        from {{ relation }}_wholes as wholes
    ),

    {{ relation }}_divided as (
        select
            {{ relation }}.*,
            wholes.weight_total,
            {%- for measure in measures %}
            wholes.{{ measure }}_units,
            wholes.{{ measure }}_multiple * {{ weight }} as {{ measure }}_multiple_part,
            wholes.{{ measure }}_rest * {{ weight }} as {{ measure }}_product,
            {{ int_div('wholes.' ~ measure ~ '_rest * ' ~ weight, 'wholes.weight_total') }} as {{ measure }}_quotient,
            {%- endfor %}
            row_number() over (partition by {{ relation }}.{{ whole }} order by {{ tie_break }}) as turn

        from {{ relation }}
        left join {{ relation }}_multiplied as wholes
            on {{ relation }}.{{ whole }} = wholes.whole_id
    ),

    {{ relation }}_floored as (
        select
            divided.*
            {%- for measure in measures %},
            {{ measure }}_multiple_part + {{ measure }}_quotient as {{ measure }}_floor,
            {{ measure }}_product - {{ measure }}_quotient * weight_total as {{ measure }}_remainder
            {%- endfor %}

        from {{ relation }}_divided as divided
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
                    partition by {{ whole }} order by {{ measure }}_remainder desc nulls last, turn asc nulls last
                ) as {{ measure }}_rank,
                abs({{ measure }}_units) - sum({{ measure }}_floor) over (partition by {{ whole }})
                    as {{ measure }}_left_over
                {{- "," if not loop.last }}
                {%- endfor %}

            from {{ relation }}_floored
        ) as ranked
    )
{% endmacro %}
