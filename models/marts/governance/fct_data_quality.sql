with

ledger_totals as (
    select
        platform,
        reporting_currency,
        sum(reporting_cost) as reporting_cost,
        sum(case when unallocated_reason is not null then reporting_cost else 0 end) as unallocated_cost,
        accounting_month

    from {{ ref('fct_allocation_ledger') }}
    group by
        platform,
        reporting_currency,
        accounting_month
),

tolerances as (
    select
        setting,
        cast(value as decimal(11, 6)) as tolerance,
        valid_from,
        valid_to

    from {{ ref('stg_registers__policy') }}
    where setting in ('unallocated_warn_share', 'unallocated_error_share')
),

as_of as (
    select * from {{ ref('int_as_of_date') }}
),

periods as (
    select * from {{ ref('int_accounting_periods') }}
),

unallocated as (
    select
        ledger_totals.*,
        warnings.tolerance as warn_share,
        errors.tolerance as error_share,
        case
            when cast(unallocated_cost as decimal(38, 10))
                > cast(reporting_cost as decimal(24, 10)) * errors.tolerance then 'error'
            when cast(unallocated_cost as decimal(38, 10))
                > cast(reporting_cost as decimal(24, 10)) * warnings.tolerance then 'warn'
            when warnings.tolerance is null then 'no data'
            else 'ok'
        end as state

    from ledger_totals
    left join tolerances as warnings
        on warnings.setting = 'unallocated_warn_share'
            and ledger_totals.accounting_month >= warnings.valid_from
            and ledger_totals.accounting_month < warnings.valid_to
    left join tolerances as errors
        on errors.setting = 'unallocated_error_share'
            and ledger_totals.accounting_month >= errors.valid_from
            and ledger_totals.accounting_month < errors.valid_to
),

-- Months over the tolerance that follow each other are one spell, which ages from its first day.
spells as (
    select
        unallocated.*,
        sum(case when state in ('warn', 'error') then 0 else 1 end) over (
            partition by platform
            order by accounting_month asc nulls last
            rows between unbounded preceding and current row
        ) as spell

    from unallocated
),

unallocated_checks as (
    select
        'unallocated_share' as check_name,
        platform,
        cast(null as {{ dbt.type_string() }}) as source_table,
        reporting_currency as series,
        {{ ratio(to_units('unallocated_cost'), to_units('reporting_cost')) }} as checked_value,
        cast(warn_share as decimal(38, 10)) as warn_tolerance,
        cast(error_share as decimal(38, 10)) as error_tolerance,
        state,
        case
            when state in ('warn', 'error')
                then min(case when state in ('warn', 'error') then accounting_month end)
                    over (partition by platform, spell)
        end as since_date,
        unallocated_cost as exposed_cost,
        reporting_currency,
        case when state in ('warn', 'error') then 'The share of cost that nobody owns is over the tolerance' end as finding,
        case
            when state in ('warn', 'error')
                then 'See fct_unallocated_spend for identities and suggestions; add owners to identities.csv or a rule'
        end as remedy,
        accounting_month as check_month

    from spells
),

source_days as (
    select
        'source_days' as check_name,
        split_part(source_table, '__', 1) as platform,
        source_table,
        series,
        cast(missing_days as decimal(38, 10)) as checked_value,
        cast(0 as decimal(38, 10)) as warn_tolerance,
        cast(null as decimal(38, 10)) as error_tolerance,
        state,
        case when state <> 'ok' then since_date end as since_date,
        cast(null as decimal(38, 10)) as exposed_cost,
        cast(null as {{ dbt.type_string() }}) as reporting_currency,
        case
            when missing_days > 0
                then 'Nothing came for days from ' || cast(first_missing_date as {{ dbt.type_string() }})
                    || ' to ' || cast(last_missing_date as {{ dbt.type_string() }})
            when silent_days > 0
                then 'Nothing came after ' || cast(last_date as {{ dbt.type_string() }})
        end as finding,
        case
            when missing_days > 0 then 'Fetch these days again and drop them beside the others'
            when silent_days > 0
                then 'Fetch what came since; if the export was ended or another took its place, nothing is missing'
        end as remedy,
        check_month

    from {{ ref('int_source_days_judged') }}
),

columns_delivered as (
    select
        'columns' as check_name,
        split_part(source_table, '__', 1) as platform,
        source_table,
        cast(null as {{ dbt.type_string() }}) as series,
        cast(declared_gone_count + unknown_new_count + unknown_gone_count as decimal(38, 10)) as checked_value,
        cast(0 as decimal(38, 10)) as warn_tolerance,
        cast(null as decimal(38, 10)) as error_tolerance,
        state,
        case when state <> 'ok' then check_month end as since_date,
        cast(null as decimal(38, 10)) as exposed_cost,
        cast(null as {{ dbt.type_string() }}) as reporting_currency,
        nullif(
            concat_ws(
                '; ',
                'no longer there: ' || declared_gone,
                'new and not read: ' || unknown_new,
                'not read and no longer there: ' || unknown_gone,
                'new: ' || declared_new
            ),
            ''
        ) as finding,
        case
            when declared_gone is not null
                then 'Export the file with these columns again, unless the vendor has dropped them'
            when unknown_new is not null
                then 'Kept aside in _extra: see whether it is a new name of a column that is read, and add it to the contract'
        end as remedy,
        check_month

    from {{ ref('int_columns_judged') }}
),

null_rates as (
    select
        'null_rates' as check_name,
        split_part(source_table, '__', 1) as platform,
        source_table,
        cast(null as {{ dbt.type_string() }}) as series,
        cast(silent_count + emptier_count as decimal(38, 10)) as checked_value,
        cast(0 as decimal(38, 10)) as warn_tolerance,
        cast(0 as decimal(38, 10)) as error_tolerance,
        state,
        case when state in ('warn', 'error') then coalesce(silent_since, check_month) end as since_date,
        cast(null as decimal(38, 10)) as exposed_cost,
        cast(null as {{ dbt.type_string() }}) as reporting_currency,
        nullif(
            concat_ws(
                '; ',
                'empty in every row: ' || silent_columns,
                'emptier than in the months before: ' || emptier_columns
            ),
            ''
        ) as finding,
        case
            when state in ('warn', 'error')
                then 'Ask who makes the export why the values stopped; what rules or owners match by them falls back'
        end as remedy,
        check_month

    from {{ ref('int_column_fillings_judged') }}
),

landed as (
    select
        deliveries.platform,
        deliveries.source_table,
        count(case when deliveries.superseded_row_count is null then 1 end) as uncounted,
        {{ month_start('deliveries.content_to') }} as check_month

    from {{ ref('stg_load_ledger__deliveries') }} as deliveries
    where deliveries.role = 'bill'
        and deliveries.status <> 'quarantined'
        and deliveries.content_to is not null
    group by
        deliveries.platform,
        deliveries.source_table,
        {{ month_start('deliveries.content_to') }}
),

unexplained as (
    select
        source_table,
        sum(abs(row_count)) as row_count,
        {{ month_start('content_to') }} as check_month

    from {{ ref('fct_delivery_reconciliation') }}
    where outcome = 'unexplained'
    group by
        source_table,
        {{ month_start('content_to') }}
),

conservation as (
    select
        'raw_to_focus' as check_name,
        landed.platform,
        landed.source_table,
        cast(null as {{ dbt.type_string() }}) as series,
        cast(coalesce(unexplained.row_count, 0) as decimal(38, 10)) as checked_value,
        cast(null as decimal(38, 10)) as warn_tolerance,
        cast(0 as decimal(38, 10)) as error_tolerance,
        case
            when unexplained.source_table is not null then 'error'
            when landed.uncounted > 0 then 'no data'
            else 'ok'
        end as state,
        case when unexplained.source_table is not null then landed.check_month end as since_date,
        cast(null as decimal(38, 10)) as exposed_cost,
        cast(null as {{ dbt.type_string() }}) as reporting_currency,
        case
            when unexplained.source_table is not null
                then 'Rows or money of the file are neither on the bill nor left out for a named reason'
            when landed.uncounted > 0 then 'Landed before rows and money were counted by scope'
        end as finding,
        case
            when unexplained.source_table is not null then 'A fault of the program: see fct_delivery_reconciliation'
            when landed.uncounted > 0 then 'Drop the file again to have it counted'
        end as remedy,
        landed.check_month

    from landed
    left join unexplained
        on landed.source_table = unexplained.source_table
            and landed.check_month = unexplained.check_month
),

rate_variance as (
    select
        'rate_variance' as check_name,
        provider as platform,
        cast(null as {{ dbt.type_string() }}) as source_table,
        billing_currency as series,
        variance_factor as checked_value,
        cast(variance_band as decimal(38, 10)) as warn_tolerance,
        cast(null as decimal(38, 10)) as error_tolerance,
        case
            when is_unit_slip then 'error'
            when variance_factor is null then 'no data'
            when is_within_band then 'ok'
            else 'warn'
        end as state,
        case when is_unit_slip or not is_within_band then accounting_month end as since_date,
        cast(null as decimal(38, 10)) as exposed_cost,
        cast(null as {{ dbt.type_string() }}) as reporting_currency,
        case
            when is_unit_slip then 'Billed and metered differ by a unit: cents read as dollars, or a price per the wrong number'
            when not is_within_band then 'Billed is not near what metered tokens cost at list price'
        end as finding,
        case
            when is_unit_slip or not is_within_band
                then 'See fct_rate_variance: missing usage, a wrong price in model_prices.csv, or a discount nobody recorded'
        end as remedy,
        accounting_month as check_month

    from {{ ref('fct_rate_variance') }}
),

checks as (
    {%- for check in ['unallocated_checks', 'source_days', 'columns_delivered', 'null_rates', 'conservation', 'rate_variance'] %}
    select * from {{ check }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
),

quality as (
    select
        {{ hash_key([
            'checks.check_name', 'checks.platform', 'checks.source_table', 'checks.series', 'checks.check_month',
        ]) }} as quality_id,
        checks.check_name,
        checks.platform,
        checks.source_table,
        checks.series,
        checks.state,
        checks.finding,
        checks.remedy,
        checks.reporting_currency,
        checks.checked_value,
        checks.warn_tolerance,
        checks.error_tolerance,
        cast(checks.exposed_cost as {{ column_type('money') }}) as exposed_cost,
        cast({{ dbt.datediff('checks.since_date', 'as_of.as_of_date', 'day') }} as {{ dbt.type_bigint() }}) as age_days,
        checks.since_date,
        checks.check_month,
        periods.period_status

    from checks
    cross join as_of
    left join periods
        on checks.check_month = periods.accounting_month
)

select * from quality
