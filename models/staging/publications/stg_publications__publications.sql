with

publications as (
    select * from {{ source('publications', 'publications') }}
),

typed as (
    select
        cast(publication_id as {{ column_type('string') }}) as publication_id,
        cast(code_version as {{ column_type('string') }}) as code_version,
        cast(code_sha256 as {{ column_type('string') }}) as code_sha256,
        cast(inputs_sha256 as {{ column_type('string') }}) as inputs_sha256,
        cast(registers_sha256 as {{ column_type('string') }}) as registers_sha256,
        cast(rule_set_sha256 as {{ column_type('string') }}) as rule_set_sha256,
        cast(closes_sha256 as {{ column_type('string') }}) as closes_sha256,
        cast(reporting_currency as {{ column_type('string') }}) as reporting_currency,
        cast(totals as {{ column_type('string') }}) as totals,
        cast(publication_number as {{ column_type('integer') }}) as publication_number,
        cast(delivery_count as {{ column_type('integer') }}) as delivery_count,
        cast(row_count as {{ column_type('integer') }}) as row_count,
        cast(ledger_entry_count as {{ column_type('integer') }}) as ledger_entry_count,
        cast(flag_count as {{ column_type('integer') }}) as flag_count,
        cast(reporting_cost as {{ column_type('money') }}) as reporting_cost,
        cast(unallocated_reporting_cost as {{ column_type('money') }}) as unallocated_reporting_cost,
        cast(is_current as {{ column_type('boolean') }}) as is_current,
        cast(was_rolled_back as {{ column_type('boolean') }}) as was_rolled_back

    from publications
)

select * from typed
