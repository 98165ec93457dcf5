{#-
    GPU hours at the tariff in force, one row per hour row that has one. A SELECT body to put behind a CTE's name: every
    column of `relation`, then `tariff_currency` and `tariff_cost`, rounded once, half up, at ten decimals. A tariff's SKU
    is a cluster, or `cluster/model of the GPU`, which beats it.

    relation: CTE with gpu_hours_id (unique), cluster, gpu_model, gpu_hour_units (whole millionths of a GPU hour) and
    period_start; tariffs: CTE with the platform's rows of stg_registers__tariffs.
-#}
{% macro priced_gpu_hours(relation, tariffs) %}
    select
        priced.*,
        {{ from_units(int_div(
            '2 * priced.gpu_hour_units * ' ~ to_units('priced.tariff_price') ~ ' + priced.tariff_units',
            '2 * priced.tariff_units'
        )) }} as tariff_cost

    from (
        select
            {{ relation }}.*,
            {{ tariffs }}.currency as tariff_currency,
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
        inner join {{ tariffs }}
            on lower({{ tariffs }}.sku) in (
                lower({{ relation }}.cluster), lower({{ relation }}.cluster || '/' || {{ relation }}.gpu_model)
            )
                and {{ relation }}.period_start >= {{ tariffs }}.valid_from
                and {{ relation }}.period_start < {{ tariffs }}.valid_to
    ) as priced
    where priced.preference = 1
{% endmacro %}
