{#-
    A whole number below 2^60 from an id: its first 15 digits where it begins with an MD5, as nearly all ids here do,
    else the number of its hash. To sum over rows by the million, where hashing each would take most of the time.
-#}
{% macro id_number(id) -%}
    {{ return(adapter.dispatch('id_number', 'chargeback')(id)) }}
{%- endmacro %}

{% macro duckdb__id_number(id) -%}
    coalesce(try_cast('0x' || substr({{ id }}, 1, 15) as bigint), {{ hash_number([id]) }})
{%- endmacro %}

{% macro spark__id_number(id) -%}
    case
        when {{ id }} rlike '^[0-9a-f]{15}' then cast(conv(substr({{ id }}, 1, 15), 16, 10) as bigint)
        else {{ hash_number([id]) }}
    end
{%- endmacro %}
