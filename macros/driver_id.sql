{#-
    The driver that a method asks for: the key by which a pool, of any tier, meets int_driver_quantities.

    method: column with a method of the rule, its own or a fallback. pool: name of a relation with the columns
    driver_scope (a platform), driver_grain, pool_date (first of the month at month grain, else the day),
    accounting_month, split_id, target_cost_centre and idle_policy.

    A gateway's key has drivers of its own kind: see gateway_driver_id.
-#}
{% macro driver_id(method, pool) -%}
    {{ hash_key([
        method,
        "case when " ~ method ~ " not in ('split', 'even', 'fixed', 'central') then " ~ pool ~ ".driver_scope end",
        pool ~ ".driver_grain",
        pool ~ ".pool_date",
        "case when " ~ method ~ " in ('split', 'even') then " ~ pool ~ ".split_id when " ~ method ~ " = 'fixed' then "
        ~ pool ~ ".target_cost_centre when " ~ method ~ " = 'cost' then cast(" ~ pool ~ ".accounting_month as "
        ~ dbt.type_string() ~ ") when " ~ method ~ " = 'gpu_hours' then " ~ pool ~ ".idle_policy end",
    ]) }}
{%- endmacro %}
