{#-
    One row per token type that a record used. A SELECT body to put behind a CTE's name: every column of the relation,
    then `token_type` and `token_count`. The relation has a column `<token_type>_tokens` for each type asked for.
-#}
{% macro tokens_by_type(relation, types) %}
    select counted.*

    from (
        select
            {{ relation }}.*,
            token_types.token_type,
            case token_types.token_type
                {%- for type in types %}
                when '{{ type }}' then {{ relation }}.{{ type }}_tokens
                {%- endfor %}
            end as token_count

        from {{ relation }}
        cross join (
            {%- for type in types %}
            select '{{ type }}' as token_type{{ " union all" if not loop.last }}
            {%- endfor %}
        ) as token_types
    ) as counted
    where counted.token_count > 0
{% endmacro %}
