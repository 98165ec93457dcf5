{#-
    Each row keeps every claim: a mapping of the claim in words to a condition over the row. A condition that is null is
    a broken claim too. One scan for all claims of a model; what fails is the row with the claims it breaks.
-#}
{% test every_row_holds(model, claims) %}

with

judged as (
    select
        rows_of_model.*,
        concat_ws(
            '; '
            {%- for claim, condition in claims.items() %},
            case when coalesce({{ condition }}, false) then null else '{{ claim }}' end
            {%- endfor %}
        ) as broken_claims

    from {{ model }} as rows_of_model
)

select * from judged
where broken_claims <> ''

{% endtest %}
