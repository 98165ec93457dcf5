-- In each journal debits equal credits, to the penny. The general ledger refuses any other.
select
    journal_id,
    currency,
    sum(debit_amount) as debit_amount,
    sum(credit_amount) as credit_amount

from {{ ref('fct_chargeback_journal_lines') }}
group by
    journal_id,
    currency
having sum(debit_amount) <> sum(credit_amount)
