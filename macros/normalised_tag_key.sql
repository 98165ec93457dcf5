{#-
    A tag key as keys compare: without the prefix that a vendor's export puts before it, in lower case.
    `user:team`, `resourceTags/user:team`, `iamPrincipal/team`, `user_team` and `Team` are one key.
-#}
{% macro normalised_tag_key(key) -%}
    {{ return(adapter.dispatch('normalised_tag_key', 'chargeback')(key)) }}
{%- endmacro %}

{% macro default__normalised_tag_key(key) -%}
    regexp_replace(
        regexp_replace(
            lower(trim({{ key }})),
            '^(resourcetags|iamprincipal|accounttag|costcategory|userattribute|resource_tags)/', ''
        ),
        '^(user:|user_)', ''
    )
{%- endmacro %}
