{#-
    What all outcomes of a row bear together of a measure per outcome, DECIMAL(38, 10), exact; 0 where there are none.
    Both factors are narrowed first, so that every engine keeps all decimals: below 10¹² outcomes, below 10¹² each.
-#}
{% macro outcome_total(measure) -%}
    cast(
        case
            when outcome_count = 0 then 0
            else cast(outcome_count as decimal(12, 0)) * cast({{ measure }} as decimal(22, 10))
        end as {{ column_type('money') }}
    )
{%- endmacro %}
