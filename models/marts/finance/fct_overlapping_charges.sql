{% set place = ['overlap_set', 'accounting_month', 'shared_value', 'billing_currency'] %}

with

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

overlapping as (
    select * from {{ ref('int_overlapping_charges') }}
),

sides as (
    select * from {{ ref('int_overlap_sides') }}
    where row_kind = 'charge' and side = 'counted'
),

charges as (
    select * from {{ ref('int_charges_landed') }}
),

kept as (
    select
        charges.x_charge_id as charge_id,
        overlapping.overlap_set,
        charges.x_platform as platform,
        charges.x_source_table as source_table,
        charges.service_name,
        charges.x_sku as sku,
        charges.x_model as model,
        charges.sub_account_id,
        charges.resource_id,
        charges.billing_account_id,
        charges.invoice_id,
        charges.billing_currency,
        charges.x_delivery_id as delivery_id,
        charges.x_source_file as file_name,
        charges.x_source_row as row_number,
        charges.billed_cost,
        charges.effective_cost,
        overlapping.shared_value,
        overlapping.accounting_month,
        charges.charge_period_start

    from charges
    inner join overlapping
        on charges.x_charge_id = overlapping.charge_id
),

-- The purchase as each side tells it: all of the set in the month, and of the value that both must share.
kept_totals as (
    select
        {{ place | join(', ') }},
        cast(sum(billed_cost) as {{ column_type('money') }}) as kept_billed_cost,
        cast(sum(effective_cost) as {{ column_type('money') }}) as kept_effective_cost

    from kept
    group by {{ place | join(', ') }}
),

counted as (
    select
        sides.overlap_set,
        sides.accounting_month,
        sides.shared_value,
        sides.platform,
        charges.billing_currency,
        sum(charges.billed_cost) as billed_cost,
        sum(charges.effective_cost) as effective_cost

    from sides
    inner join charges
        on sides.row_id = charges.x_charge_id
    group by
        sides.overlap_set,
        sides.accounting_month,
        sides.shared_value,
        sides.platform,
        charges.billing_currency
),

counted_totals as (
    select
        {{ place | join(', ') }},
        cast(sum(billed_cost) as {{ column_type('money') }}) as counted_billed_cost,
        cast(sum(effective_cost) as {{ column_type('money') }}) as counted_effective_cost

    from counted
    group by {{ place | join(', ') }}
),

-- In whatever currency it is billed.
counted_platform_rows as (
    select
        overlap_set,
        accounting_month,
        shared_value,
        platform

    from counted
    group by
        overlap_set,
        accounting_month,
        shared_value,
        platform
),

counted_platforms as (
    select
        overlap_set,
        accounting_month,
        shared_value,
        {{ sorted_text('platform', "', '") }} as counted_platform

    from counted_platform_rows
    group by
        overlap_set,
        accounting_month,
        shared_value
),

described as (
    select
        kept.charge_id,
        kept.overlap_set,
        kept.platform,
        counted_platforms.counted_platform,
        kept.source_table,
        kept.service_name,
        kept.sku,
        kept.model,
        kept.sub_account_id,
        kept.resource_id,
        kept.billing_account_id,
        kept.invoice_id,
        kept.billing_currency,
        kept.delivery_id,
        kept.file_name,
        kept.row_number,
        kept.billed_cost,
        kept.effective_cost,
        kept_totals.kept_billed_cost,
        cast(coalesce(counted_totals.counted_billed_cost, 0) as {{ column_type('money') }}) as counted_billed_cost,
        kept_totals.kept_effective_cost,
        cast(coalesce(counted_totals.counted_effective_cost, 0) as {{ column_type('money') }}) as counted_effective_cost,
        nullif(kept.shared_value, '') as shared_value,
        kept.accounting_month,
        kept.charge_period_start,
        periods.period_status

    from kept
    left join periods
        on kept.accounting_month = periods.accounting_month
    left join kept_totals
        on kept.overlap_set = kept_totals.overlap_set
            and kept.accounting_month = kept_totals.accounting_month
            and kept.shared_value = kept_totals.shared_value
            and kept.billing_currency = kept_totals.billing_currency
    left join counted_totals
        on kept.overlap_set = counted_totals.overlap_set
            and kept.accounting_month = counted_totals.accounting_month
            and kept.shared_value = counted_totals.shared_value
            and kept.billing_currency = counted_totals.billing_currency
    left join counted_platforms
        on kept.overlap_set = counted_platforms.overlap_set
            and kept.accounting_month = counted_platforms.accounting_month
            and kept.shared_value = counted_platforms.shared_value
)

select * from described
