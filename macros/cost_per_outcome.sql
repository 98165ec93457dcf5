{#- What one of some outcomes cost, for people to read, cut after ten decimals; null where there is none. See `ratio`. -#}
{% macro cost_per_outcome(cost, outcomes) -%}
    {{ ratio(to_units(cost), 'cast(' ~ outcomes ~ ' as decimal(12, 0)) * 10000000000') }}
{%- endmacro %}
