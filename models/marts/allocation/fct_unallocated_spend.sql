with

ledger as (
    select * from {{ ref('fct_allocation_ledger') }}
    where unallocated_reason is not null
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

first_seen as (
    select
        platform,
        identity_type,
        identity_id,
        unallocated_reason,
        min(charge_date) as first_charge_date

    from ledger
    group by
        platform,
        identity_type,
        identity_id,
        unallocated_reason
),

by_period as (
    select
        platform,
        identity_type,
        identity_id,
        unallocated_reason,
        max(suggestion) as suggestion,
        reporting_currency,
        period_status,
        count(*) as entry_count,
        cast(sum(reporting_cost) as {{ column_type('money') }}) as reporting_cost,
        accounting_month

    from ledger
    group by
        platform,
        identity_type,
        identity_id,
        unallocated_reason,
        reporting_currency,
        period_status,
        accounting_month
),

unallocated as (
    select
        {{ hash_key([
            'by_period.accounting_month', 'by_period.platform', 'by_period.identity_type', 'by_period.identity_id',
            'by_period.unallocated_reason', 'by_period.reporting_currency',
        ]) }} as unallocated_id,
        by_period.platform,
        by_period.identity_type,
        by_period.identity_id,
        by_period.unallocated_reason,
        by_period.suggestion,
        by_period.reporting_currency,
        cast(by_period.entry_count as {{ dbt.type_bigint() }}) as entry_count,
        cast({{ dbt.datediff('first_seen.first_charge_date', 'as_of.as_of_date', 'day') }} as {{ dbt.type_bigint() }})
            as age_days,
        by_period.reporting_cost,
        by_period.accounting_month,
        first_seen.first_charge_date,
        by_period.period_status

    from by_period
    left join first_seen
        on by_period.platform = first_seen.platform
            and coalesce(by_period.identity_type, '') = coalesce(first_seen.identity_type, '')
            and coalesce(by_period.identity_id, '') = coalesce(first_seen.identity_id, '')
            and by_period.unallocated_reason = first_seen.unallocated_reason
    cross join as_of
)

select * from unallocated
