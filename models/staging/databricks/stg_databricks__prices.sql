-- One row per price of a SKU and the time it holds: each account's own, and the list's with its promotions.
with

prices as (
    {%- for table in ['account_prices', 'list_prices'] %}
    select
        '{{ table }}' as price_table,
        _row_id,
        account_id,
        sku_name,
        upper(cloud) as cloud,
        upper(usage_unit) as usage_unit,
        upper(currency_code) as currency,
        cast(
            coalesce(
                {{ json_text('pricing', 'effective_list.default') }},
                {{ json_text('pricing', 'promotional.default') }},
                {{ json_text('pricing', 'default') }}
            ) as {{ column_type('money') }}
        ) as price,
        cast(price_start_time as {{ dbt.type_timestamp() }}) as valid_from,
        coalesce(
            cast(price_end_time as {{ dbt.type_timestamp() }}), cast('9999-12-31' as {{ dbt.type_timestamp() }})
        ) as valid_to

    from {{ source('databricks', table) }}
    {{ "union all" if not loop.last }}
    {%- endfor %}
)

select * from prices
where price is not null
