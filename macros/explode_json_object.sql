{#-
    One row per member of a JSON object held as text. A SELECT body to put behind a CTE's name: every column of the
    relation, then `member_key` and `member_value` (text; null for a JSON null). What is not an object gives no row.
-#}
{% macro explode_json_object(relation, column) -%}
    {{ return(adapter.dispatch('explode_json_object', 'chargeback')(relation, column)) }}
{%- endmacro %}

{% macro duckdb__explode_json_object(relation, column) %}
    select
        keyed.* exclude (member_keys),
        member.member_key,
        -- A pointer, not a path: keys hold dots, quotes and dollars.
        json_extract_string(
            keyed.{{ column }}, '/' || replace(replace(member.member_key, '~', '~0'), '/', '~1')
        ) as member_value

    from (
        select {{ relation }}.*, json_keys({{ column }}) as member_keys
        from {{ relation }}
        where json_valid({{ column }}) and json_type({{ column }}) = 'OBJECT'
    ) as keyed
    cross join lateral (select unnest(keyed.member_keys) as member_key) as member
{% endmacro %}

{% macro spark__explode_json_object(relation, column) %}
    select
        {{ relation }}.*,
        member.member_key,
        member.member_value

    from {{ relation }}
    lateral view explode(from_json({{ column }}, 'map<string, string>')) member as member_key, member_value
{% endmacro %}
