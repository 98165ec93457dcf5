with

budgets as (
    select * from {{ ref('budgets') }}
),

typed as (
    select
        {{ trimmed('cost_centre_code') }} as cost_centre_code,
        {{ trimmed('use_case_id') }} as use_case_id,
        upper({{ trimmed('currency') }}) as currency,
        cast({{ trimmed('amount') }} as {{ column_type('money') }}) as amount,
        cast({{ trimmed('month') }} || '-01' as date) as budget_month

    from budgets
),

-- A spreadsheet leaves blank rows at the end of a file; a row that states anything stays and is tested.
stated as (
    select * from typed
    where coalesce(cost_centre_code, use_case_id) is not null
)

select * from stated
