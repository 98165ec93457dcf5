with

publications as (
    select * from {{ ref('stg_publications__publications') }}
),

-- What is being built has no id before it is published: publishing writes these rows anew, and its own.
published as (
    select
        publication_id,
        code_version,
        code_sha256,
        inputs_sha256,
        registers_sha256,
        rule_set_sha256,
        closes_sha256,
        reporting_currency,
        totals,
        publication_number,
        delivery_count,
        row_count,
        ledger_entry_count,
        flag_count,
        reporting_cost,
        unallocated_reporting_cost,
        is_current,
        was_rolled_back

    from publications
)

select * from published
