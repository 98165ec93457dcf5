{{ config(severity='warn') }}
-- The unallocated share of a platform's month over `unallocated_warn_share`. Owner: who keeps identities.csv.
with

shares as (
    select
        platform,
        accounting_month,
        sum(reporting_cost) as reporting_cost,
        sum(case when unallocated_reason is not null then reporting_cost else 0 end) as unallocated_cost

    from {{ ref('fct_allocation_ledger') }}
    group by
        platform,
        accounting_month
),

tolerances as (
    select
        cast(value as decimal(11, 6)) as warn_share,
        valid_from,
        valid_to

    from {{ ref('stg_registers__policy') }}
    where setting = 'unallocated_warn_share'
)

select
    shares.*,
    tolerances.warn_share

from shares
inner join tolerances
    on shares.accounting_month >= tolerances.valid_from
        and shares.accounting_month < tolerances.valid_to
where shares.unallocated_cost > cast(shares.reporting_cost as decimal(24, 10)) * tolerances.warn_share
