-- One row per spelling under which usage may name an account: its name and its locator, in lower case, and the empty text
-- where the bill has only one account, for views of ACCOUNT_USAGE do not name theirs.
with

bill_lines as (
    select
        account_id,
        account_locator

    from {{ ref('stg_snowflake__bill_lines') }}
    where account_id is not null
    group by
        account_id,
        account_locator
),

spellings as (
    select
        lower(account_id) as spelling,
        account_id

    from bill_lines
    union all
    select
        lower(account_locator) as spelling,
        account_id

    from bill_lines
    where account_locator is not null
    union all
    select
        '' as spelling,
        min(account_id) as account_id

    from bill_lines
    having count(*) > 0 and min(account_id) = max(account_id)
),

distinct_spellings as (
    select
        spelling,
        min(account_id) as account_id

    from spellings
    group by spelling
)

select * from distinct_spellings
