{#-
    A ratio for people to read, DECIMAL(38, 10), cut after ten decimals; null where the divisor is 0.
    The only quotient in the project, and never an amount: no money is computed from what it returns.
    Both arguments are whole numbers, the divisor non-negative; whole arithmetic gives every engine the same digits.
-#}
{% macro ratio(dividend, divisor) -%}
    case
        when {{ divisor }} > 0
            then {{ from_units(
                "case when " ~ dividend ~ " < 0 then -1 else 1 end * "
                ~ int_div("cast(abs(" ~ dividend ~ ") as decimal(38, 0)) * 10000000000", divisor)
            ) }}
    end
{%- endmacro %}
