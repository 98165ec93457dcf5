{#-
    An amount in the reporting currency, DECIMAL(38, 10), rounded half away from zero once; null where there is no rate.
    Both products have the widest type that both engines keep exact; between them they hold every amount and rate whose
    result is below 10¹⁶, as money is.
-#}
{% macro at_exchange_rate(amount, exchange_rate) -%}
    case
        when {{ exchange_rate }} < 1000
            then cast(
                cast({{ amount }} as decimal(26, 10)) * cast({{ exchange_rate }} as decimal(11, 8)) as decimal(38, 10)
            )
        else cast(cast({{ amount }} as decimal(24, 10)) * {{ exchange_rate }} as decimal(38, 10))
    end
{%- endmacro %}
