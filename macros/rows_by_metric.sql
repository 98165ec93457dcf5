{#-
    One row per metric of which a record used anything. A SELECT body to put behind a CTE's name: every column of the
    relation, then `metric`, `token_type` (null where the metric is not tokens) and `quantity`.

    metrics: names of metrics; the relation has a whole-number column of that name for each.
-#}
{% macro rows_by_metric(relation, metrics) %}
    select counted.*

    from (
        select
            {{ relation }}.*,
            metrics.metric,
            metrics.token_type,
            cast(
                case metrics.metric
                    {%- for metric in metrics %}
                    when '{{ metric }}' then {{ relation }}.{{ metric }}
                    {%- endfor %}
                end as {{ column_type('quantity') }}
            ) as quantity

        from {{ relation }}
        cross join (
            {%- for metric in metrics %}
            select
                '{{ metric }}' as metric,
                {{ "'" ~ metric[:-7] ~ "'" if metric.endswith('_tokens') else 'cast(null as ' ~ dbt.type_string() ~ ')' }} as token_type
            {{- " union all" if not loop.last }}
            {%- endfor %}
        ) as metrics
    ) as counted
    where counted.quantity > 0
{% endmacro %}
