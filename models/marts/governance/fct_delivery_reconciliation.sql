with

deliveries as (
    select * from {{ ref('stg_load_ledger__deliveries') }}
    where role = 'bill'
        and status <> 'quarantined'
        and superseded_row_count is not null
),

left_out as (
    select * from {{ ref('int_lines_left_out') }}
),

superseded as (
    select
        delivery_id,
        'superseded' as outcome,
        superseded_row_count as row_count,
        superseded_amount as billed_amount

    from deliveries
),

left_out_by_reason as (
    select
        delivery_id,
        reason as outcome,
        -- A line that is left out in part counts as a row of what is left of it.
        sum(case when is_whole then 1 else 0 end) as row_count,
        sum(billed_amount) as billed_amount

    from left_out
    group by
        delivery_id,
        reason
),

charges as (
    select
        x_delivery_id as delivery_id,
        x_source_file as file_name,
        x_source_row as row_number,
        billed_cost,
        0 as overlapping_cost,
        1 as counts

    from {{ ref('fct_focus_cost_and_usage') }}

    union all

    select
        landed.x_delivery_id as delivery_id,
        landed.x_source_file as file_name,
        landed.x_source_row as row_number,
        0 as billed_cost,
        landed.billed_cost as overlapping_cost,
        0 as counts

    from {{ ref('int_charges_landed') }} as landed
    inner join {{ ref('int_overlapping_charges') }} as overlapping
        on landed.x_charge_id = overlapping.charge_id
),

-- One line may have become several charges, and be one row all the same.
lines as (
    select
        delivery_id,
        sum(billed_cost) as billed_cost,
        sum(overlapping_cost) as overlapping_cost,
        max(counts) as counts

    from charges
    group by
        delivery_id,
        file_name,
        row_number
),

charged as (
    select
        delivery_id,
        'on the bill' as outcome,
        sum(counts) as row_count,
        sum(billed_cost) as billed_amount

    from lines
    group by delivery_id

    union all

    select
        delivery_id,
        'told by another bill' as outcome,
        sum(1 - counts) as row_count,
        sum(overlapping_cost) as billed_amount

    from lines
    group by delivery_id
),

explained as (
    select * from superseded
    union all
    select * from left_out_by_reason
    union all
    select * from charged
),

-- What no outcome names. A row of it stops the publication.
unexplained as (
    select
        deliveries.delivery_id,
        'unexplained' as outcome,
        deliveries.row_count - coalesce(sum(explained.row_count), 0) as row_count,
        deliveries.billed_amount - coalesce(sum(explained.billed_amount), 0) as billed_amount

    from deliveries
    left join explained
        on deliveries.delivery_id = explained.delivery_id
    group by
        deliveries.delivery_id,
        deliveries.row_count,
        deliveries.billed_amount
),

outcomes as (
    select * from explained
    union all
    select * from unexplained
),

reconciled as (
    select
        {{ hash_key(['deliveries.delivery_id', 'outcomes.outcome']) }} as reconciliation_id,
        deliveries.delivery_id,
        deliveries.platform,
        deliveries.source_table,
        deliveries.status,
        outcomes.outcome,
        cast(outcomes.row_count as {{ dbt.type_bigint() }}) as row_count,
        cast(
            case when deliveries.is_billed_by_file then outcomes.billed_amount end as {{ column_type('money') }}
        ) as billed_amount,
        deliveries.is_billed_by_file,
        deliveries.content_from,
        deliveries.content_to

    from deliveries
    inner join outcomes
        on deliveries.delivery_id = outcomes.delivery_id
    where outcomes.row_count <> 0
        or (deliveries.is_billed_by_file and outcomes.billed_amount <> 0)
)

select * from reconciled
