{{ config(materialized='table') }}

with

charges as (
    select * from {{ ref('int_charges_landed') }}
),

usage as (
    select * from {{ ref('int_usage_landed') }}
),

-- An approved exception is the one register row that reaches back into a closed month.
exceptions as (
    select * from {{ ref('stg_registers__exceptions') }}
    where coalesce(exception_kind, 'ownership') <> 'governance'
),

-- Usage has the most rows by far: its ids, which are hashes of what was delivered, are summed, not hashed once more.
usage_by_metric as (
    select
        {{ month_start('period_start') }} as input_month,
        platform,
        metric,
        count(*) as row_count,
        cast(sum({{ id_number('usage_id') }}) as decimal(38, 0)) as id_sum,
        cast(sum(quantity) as {{ column_type('quantity') }}) as quantity

    from usage
    group by
        {{ month_start('period_start') }},
        platform,
        metric
),

-- What was read of a delivery counts too, so that a change of its reading shows.
hashed as (
    select
        {{ month_start('billing_period_start') }} as input_month,
        {{ hash_number(["'charge'", 'x_charge_id', 'billed_cost', 'effective_cost']) }} as row_hash,
        1 as row_count,
        1 as charge_count

    from charges

    union all

    select
        input_month,
        {{ hash_number(["'usage'", 'platform', 'metric', 'row_count', 'id_sum', 'quantity']) }} as row_hash,
        row_count,
        0 as charge_count

    from usage_by_metric

    union all

    select
        {{ month_start('valid_from') }} as input_month,
        {{ hash_number([
            "'exception'", 'exception_id', 'platform', 'identity_type', 'identity_id', 'cost_centre_code',
            'use_case_id', 'valid_from', 'valid_to',
        ]) }} as row_hash,
        1 as row_count,
        null as charge_count

    from exceptions
),

monthly as (
    select
        input_month,
        sum(row_count) as row_count,
        -- Null where nothing but an exception begins: that alone makes no accounting month.
        sum(charge_count) as charge_count,
        cast(sum(row_hash) as decimal(38, 0)) as hash_sum

    from hashed
    where input_month is not null
    group by input_month
),

-- What lies before counts too: a sandbox's cap is filled from its beginning, a credit follows an earlier charge.
cumulative as (
    select
        input_month as accounting_month,
        cast(charge_count as {{ dbt.type_bigint() }}) as charge_count,
        cast(sum(row_count) over (order by input_month asc nulls last) as {{ dbt.type_bigint() }}) as row_count,
        cast(sum(hash_sum) over (order by input_month asc nulls last) as decimal(38, 0)) as hash_sum

    from monthly
),

fingerprinted as (
    select
        accounting_month,
        charge_count,
        cast(row_count as {{ dbt.type_string() }}) || ':' || cast(hash_sum as {{ dbt.type_string() }})
            as input_fingerprint

    from cumulative
    where charge_count is not null
)

select * from fingerprinted
