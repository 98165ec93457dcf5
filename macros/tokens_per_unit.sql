{#- How many tokens one unit of a bill is; null for a unit that is no number of tokens, which is never guessed. -#}
{% macro tokens_per_unit(unit) -%}
    case
        when lower(trim({{ unit }})) in ('tokens', '1 tokens') then 1
        when lower(trim({{ unit }})) in ('1k tokens', '1000 tokens', '1,000 tokens', 'thousand tokens') then 1000
        when lower(trim({{ unit }})) in ('1m tokens', '1000000 tokens', '1,000,000 tokens', 'million tokens')
            then 1000000
    end
{%- endmacro %}
