{#-
    The environment that tags name, one row per key that has one. A SELECT body to put behind a CTE's name: the key and
    `environment`. `environment` beats `env` beats `stage`; of several spellings of one key the lowest value.

    relation: CTE with member_key and member_value, as `explode_json_object` makes it; key: column that names a set of tags.
-#}
{% macro tagged_environments(relation, key) %}
    {%- set names = ['environment', 'env', 'stage'] -%}
    select
        {{ key }},
        coalesce(
            {%- for name in names %}
            min(case when environment_key = '{{ name }}' then environment_value end){{ "," if not loop.last }}
            {%- endfor %}
        ) as environment

    from (
        select
            {{ key }},
            {{ normalised_tag_key('member_key') }} as environment_key,
            nullif(trim(member_value), '') as environment_value

        from {{ relation }}
    ) as normalised
    where environment_key in ('{{ names | join("', '") }}')
    group by {{ key }}
{% endmacro %}
