{{ config(materialized='table') }}

with

charges as (
    select * from {{ ref('int_charges_unioned') }}
),

usage as (
    select * from {{ ref('int_usage_unioned') }}
),

-- The ids are hashes of what was delivered; the costs are there too, so that a change of their reading shows.
hashed as (
    select
        {{ month_start('billing_period_start') }} as input_month,
        {{ hash_number(["'charge'", 'x_charge_id', 'billed_cost', 'effective_cost']) }} as row_hash,
        1 as charge_count

    from charges

    union all

    select
        {{ month_start('period_start') }} as input_month,
        {{ hash_number(["'usage'", 'usage_id', 'quantity']) }} as row_hash,
        0 as charge_count

    from usage
),

monthly as (
    select
        input_month,
        count(*) as row_count,
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
)

select * from fingerprinted
