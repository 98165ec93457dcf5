with

charges as (
    select * from {{ ref('int_prepaid_charges_summed') }}
),

accounts as (
    select * from {{ ref('int_credit_accounts_by_month') }}
),

lots as (
    select
        account_key,
        platform,
        billing_account_id,
        currency

    from {{ ref('int_credit_lots_ranked') }}
    group by
        account_key,
        platform,
        billing_account_id,
        currency
),

invoices as (
    select
        account_key,
        invoice_id,
        sum(effective_cost) as effective_cost,
        sum(billed_cost) as billed_cost,
        accounting_month

    from charges
    group by
        account_key,
        invoice_id,
        accounting_month
),

-- Where a month has several invoices, what credit paid goes to them in their order, first to what has no number yet.
running as (
    select
        invoices.*,
        accounts.drawn_amount,
        sum(invoices.effective_cost) over (
            partition by invoices.account_key, invoices.accounting_month
            order by coalesce(invoices.invoice_id, '') asc nulls last
            rows between unbounded preceding and current row
        ) as effective_to_here,
        row_number() over (
            partition by invoices.account_key, invoices.accounting_month order by coalesce(invoices.invoice_id, '') desc nulls last
        ) as place_from_last

    from invoices
    left join accounts
        on invoices.account_key = accounts.account_key
            and invoices.accounting_month = accounts.accounting_month
),

reached as (
    select
        running.*,
        case
            when place_from_last = 1 then drawn_amount
            else least(drawn_amount, greatest(0, effective_to_here))
        end as prepaid_to_here

    from running
),

shared as (
    select
        reached.*,
        prepaid_to_here - coalesce(
            lag(prepaid_to_here) over (
                partition by account_key, accounting_month order by coalesce(invoice_id, '') asc nulls last
            ), 0
        ) as prepaid_effective_cost

    from reached
),

-- A bill that already shows usage paid by credit as 0 leaves nothing to take off an invoice.
prepaid as (
    select
        lots.platform,
        lots.billing_account_id,
        shared.invoice_id,
        lots.currency,
        least(shared.prepaid_effective_cost, greatest(shared.billed_cost, 0)) as prepaid_cost,
        shared.accounting_month

    from shared
    inner join lots
        on shared.account_key = lots.account_key
)

select * from prepaid
