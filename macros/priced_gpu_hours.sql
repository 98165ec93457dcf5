{#-
    GPU hours at the tariff in force, one row per hour row of a cluster that has a tariff at any time. A SELECT body to put
    behind a CTE's name: every column of `relation`, then `tariff_currency`, `tariff_cost`, rounded once, half up, at ten
    decimals, and `is_priced`. A tariff's SKU is a cluster, or `cluster/model of the GPU`, which beats it. Hours without a
    tariff in force cost 0 and stay, unpriced, in the lowest code of the cluster's currencies.

    relation: CTE with gpu_hours_id (unique), cluster, gpu_model, gpu_hour_units (whole millionths of a GPU hour) and
    period_start; tariffs: CTE with the platform's rows of stg_registers__tariffs.
-#}
{% macro priced_gpu_hours(relation, tariffs) %}
    select
        priced.*,
        {{ from_units('coalesce(' ~ int_div(
            '2 * priced.gpu_hour_units * ' ~ to_units('priced.tariff_price') ~ ' + priced.tariff_units',
            '2 * priced.tariff_units'
        ) ~ ', 0)') }} as tariff_cost,
        priced.tariff_price is not null as is_priced

    from (
        select
            {{ relation }}.*,
            coalesce({{ tariffs }}.currency, charged_clusters.currency) as tariff_currency,
            {{ tariffs }}.price as tariff_price,
            cast({{ tariffs }}.per_units as decimal(18, 0)) * 1000000 as tariff_units,
            row_number() over (
                partition by {{ relation }}.gpu_hours_id
                order by
                    length({{ tariffs }}.sku) desc nulls last,
                    {{ tariffs }}.valid_from desc nulls last,
                    {{ tariffs }}.currency asc nulls last
            ) as preference

        from {{ relation }}
        -- A cluster that never had a tariff is billed elsewhere, and its hours only divide that bill.
        inner join (
            select
                clusters.cluster,
                min({{ tariffs }}.currency) as currency

            from (select cluster from {{ relation }} group by cluster) as clusters
            inner join {{ tariffs }}
                on lower({{ tariffs }}.sku) = lower(clusters.cluster)
                    or substr(lower({{ tariffs }}.sku), 1, length(clusters.cluster) + 1) = lower(clusters.cluster) || '/'
            group by clusters.cluster
        ) as charged_clusters
            on {{ relation }}.cluster = charged_clusters.cluster
        left join {{ tariffs }}
            on lower({{ tariffs }}.sku) in (
                lower({{ relation }}.cluster), lower({{ relation }}.cluster || '/' || {{ relation }}.gpu_model)
            )
                and {{ relation }}.period_start >= {{ tariffs }}.valid_from
                and {{ relation }}.period_start < {{ tariffs }}.valid_to
    ) as priced
    where priced.preference = 1
{% endmacro %}
