-- One row per record of billable usage, of every record type, with the price in force at its end: the account's own, else
-- the list's. A record without a price stays, with nothing.
with

usage_records as (
    select
        billable.*,
        cast(usage_quantity as decimal(38, 18)) as quantity,
        cast(usage_end_time as {{ dbt.type_timestamp() }}) as ended_at

    from {{ source('databricks', 'usage') }} as billable
),

prices as (
    select * from {{ ref('stg_databricks__prices') }}
),

-- Prices are looked up once per account, SKU and end, however many records share them.
price_questions as (
    select
        account_id,
        sku_name,
        upper(cloud) as cloud,
        upper(usage_unit) as usage_unit,
        ended_at

    from usage_records
    group by
        account_id,
        sku_name,
        upper(cloud),
        upper(usage_unit),
        ended_at
),

candidates as (
    select
        price_questions.*,
        prices.price_table,
        prices.price,
        prices.currency,
        row_number() over (
            partition by
                price_questions.account_id, price_questions.sku_name, price_questions.cloud,
                price_questions.usage_unit, price_questions.ended_at, prices.price_table
            order by
                case
                    when price_questions.account_id = prices.account_id then 0
                    when prices.account_id is null then 1
                    else 2
                end asc nulls last,
                prices.valid_from desc nulls last,
                prices.price asc nulls last,
                prices._row_id asc nulls last
        ) as preference

    from price_questions
    inner join prices
        on price_questions.sku_name = prices.sku_name
            and price_questions.cloud = prices.cloud
            and price_questions.usage_unit = prices.usage_unit
            and price_questions.ended_at >= prices.valid_from
            and price_questions.ended_at < prices.valid_to
            -- A contract's prices are one account's; a list will do for another that delivers none.
            and (
                prices.price_table = 'list_prices'
                or prices.account_id is null
                or price_questions.account_id = prices.account_id
            )
),

prices_in_force as (
    select
        account_id,
        sku_name,
        cloud,
        usage_unit,
        ended_at,
        max(case when price_table = 'account_prices' then price end) as account_price,
        max(case when price_table = 'account_prices' then currency end) as account_currency,
        max(case when price_table = 'list_prices' then price end) as list_price,
        max(case when price_table = 'list_prices' then currency end) as list_currency

    from candidates
    where preference = 1
    group by
        account_id,
        sku_name,
        cloud,
        usage_unit,
        ended_at
),

currencies as (
    select min(currency) as any_currency
    from prices
),

priced as (
    select
        usage_records._row_id,
        usage_records._delivery_id,
        usage_records._file,
        usage_records._row,
        usage_records.account_id,
        usage_records.workspace_id,
        usage_records.sku_name,
        upper(usage_records.cloud) as cloud,
        upper(usage_records.usage_unit) as usage_unit,
        upper(coalesce(usage_records.record_type, 'ORIGINAL')) as record_type,
        upper(coalesce(usage_records.billing_origin_product, '')) as origin_product,
        upper(coalesce(usage_records.usage_type, '')) as usage_type,
        usage_records.custom_tags,
        usage_records.usage_metadata,
        usage_records.identity_metadata,
        usage_records.product_features,
        usage_records.quantity,
        coalesce(prices_in_force.account_price, prices_in_force.list_price) as price,
        prices_in_force.list_price,
        coalesce(prices_in_force.account_currency, prices_in_force.list_currency, currencies.any_currency, 'USD')
            as currency,
        -- Both factors are narrowed, or the product would lose decimals on Spark.
        cast(
            coalesce(
                cast(usage_records.quantity as decimal(23, 13))
                * cast(coalesce(prices_in_force.account_price, prices_in_force.list_price) as decimal(14, 10)),
                0
            ) as {{ column_type('money') }}
        ) as amount,
        cast(
            cast(usage_records.quantity as decimal(23, 13)) * cast(
                case
                    when coalesce(prices_in_force.account_currency, prices_in_force.list_currency)
                        = prices_in_force.list_currency
                        then prices_in_force.list_price
                end as decimal(14, 10)
            ) as {{ column_type('money') }}
        ) as list_amount,
        coalesce(prices_in_force.account_price, prices_in_force.list_price) is not null as is_priced,
        cast(usage_records.usage_start_time as {{ dbt.type_timestamp() }}) as started_at,
        usage_records.ended_at

    from usage_records
    left join prices_in_force
        on usage_records.account_id is not distinct from prices_in_force.account_id
            and usage_records.sku_name = prices_in_force.sku_name
            and upper(usage_records.cloud) is not distinct from prices_in_force.cloud
            and upper(usage_records.usage_unit) is not distinct from prices_in_force.usage_unit
            and usage_records.ended_at = prices_in_force.ended_at
    cross join currencies
)

select * from priced
