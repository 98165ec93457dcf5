with

token_charges as (
    select
        x_platform as platform,
        lower(x_model) as model,
        x_token_type as token_type,
        cast(charge_period_start as date) as charge_date,
        x_accounting_month as accounting_month,
        billing_currency,
        billed_cost

    from {{ ref('int_charges_converted') }}
    where x_token_type is not null
),

rated_usage as (
    select
        platform,
        lower(model) as model,
        token_type,
        usage_date,
        {{ month_start('usage_date') }} as usage_month,
        rated_currency,
        rated_units,
        quantity

    from {{ ref('int_usage_rated') }}
    where token_type is not null
),

bands as (
    select
        cast(value as decimal(11, 6)) as variance_band,
        valid_from,
        valid_to

    from {{ ref('stg_registers__policy') }}
    where setting = 'rate_variance_band'
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

billed_cells as (
    select
        platform,
        model,
        token_type,
        charge_date,
        billing_currency,
        sum(billed_cost) as billed_cost,
        accounting_month

    from token_charges
    group by
        platform,
        model,
        token_type,
        charge_date,
        billing_currency,
        accounting_month
),

rated_cells as (
    select
        platform,
        model,
        token_type,
        usage_date,
        rated_currency,
        cast(sum(coalesce(rated_units, 0)) as decimal(38, 0)) as rated_units

    from rated_usage
    group by
        platform,
        model,
        token_type,
        usage_date,
        rated_currency
),

-- Only days, models and token types that both sides know: a missing pull must not look like a wrong unit.
matched as (
    select
        billed_cells.platform,
        billed_cells.billing_currency,
        billed_cells.accounting_month,
        sum(billed_cells.billed_cost) as matched_billed_cost,
        sum(rated_cells.rated_units) as matched_rated_units

    from billed_cells
    inner join rated_cells
        on billed_cells.platform = rated_cells.platform
            and billed_cells.model = rated_cells.model
            and billed_cells.token_type = rated_cells.token_type
            and billed_cells.charge_date = rated_cells.usage_date
            and billed_cells.billing_currency = rated_cells.rated_currency
    where billed_cells.billed_cost > 0 and rated_cells.rated_units > 0
    group by
        billed_cells.platform,
        billed_cells.billing_currency,
        billed_cells.accounting_month
),

billed as (
    select
        platform,
        billing_currency,
        accounting_month,
        sum(billed_cost) as billed_cost

    from billed_cells
    group by
        platform,
        billing_currency,
        accounting_month
),

rated as (
    select
        platform,
        rated_currency,
        usage_month,
        sum(rated_units) as rated_units

    from rated_usage
    where rated_units is not null
    group by
        platform,
        rated_currency,
        usage_month
),

unpriced as (
    select
        platform,
        usage_month,
        sum(quantity) as unpriced_token_count

    from rated_usage
    where rated_units is null
    group by
        platform,
        usage_month
),

compared as (
    select
        billed.platform as provider,
        billed.billing_currency,
        cast(billed.billed_cost as {{ column_type('money') }}) as billed_cost,
        {{ rated_money('coalesce(rated.rated_units, 0)') }} as list_cost_of_usage,
        cast(coalesce(matched.matched_billed_cost, 0) as {{ column_type('money') }}) as matched_billed_cost,
        {{ rated_money('coalesce(matched.matched_rated_units, 0)') }} as matched_list_cost,
        cast(coalesce(unpriced.unpriced_token_count, 0) as {{ column_type('quantity') }}) as unpriced_token_count,
        coalesce(bands.variance_band, 0) as variance_band,
        billed.accounting_month

    from billed
    left join rated
        on billed.platform = rated.platform
            and billed.billing_currency = rated.rated_currency
            and billed.accounting_month = rated.usage_month
    left join matched
        on billed.platform = matched.platform
            and billed.billing_currency = matched.billing_currency
            and billed.accounting_month = matched.accounting_month
    left join unpriced
        on billed.platform = unpriced.platform
            and billed.accounting_month = unpriced.usage_month
    left join bands
        on billed.accounting_month >= bands.valid_from
            and billed.accounting_month < bands.valid_to
),

judged as (
    select
        {{ hash_key(['provider', 'billing_currency', 'compared.accounting_month']) }} as rate_variance_id,
        provider,
        billing_currency,
        billed_cost,
        list_cost_of_usage,
        cast(list_cost_of_usage - billed_cost as {{ column_type('money') }}) as variance,
        {{ ratio(to_units('list_cost_of_usage'), to_units('billed_cost')) }} as variance_factor,
        matched_billed_cost,
        matched_list_cost,
        {{ ratio(to_units('matched_list_cost'), to_units('matched_billed_cost')) }} as matched_factor,
        unpriced_token_count,
        variance_band,
        abs(list_cost_of_usage - billed_cost) <= cast(billed_cost as decimal(24, 10)) * variance_band as is_within_band,
        -- A slip of units shows as a factor near 100 or 1,000 either way, on more than pennies.
        matched_billed_cost >= 1
        and (
            matched_list_cost between cast(matched_billed_cost as decimal(24, 10)) * 80
            and cast(matched_billed_cost as decimal(24, 10)) * 125
            or matched_list_cost between cast(matched_billed_cost as decimal(24, 10)) * 800
            and cast(matched_billed_cost as decimal(24, 10)) * 1250
            or matched_billed_cost between cast(matched_list_cost as decimal(24, 10)) * 80
            and cast(matched_list_cost as decimal(24, 10)) * 125
            or matched_billed_cost between cast(matched_list_cost as decimal(24, 10)) * 800
            and cast(matched_list_cost as decimal(24, 10)) * 1250
        ) as is_unit_slip,
        compared.accounting_month,
        periods.period_status

    from compared
    left join periods
        on compared.accounting_month = periods.accounting_month
)

select * from judged
