"""Datadog custom costs: what each cost centre was billed, as a CSV that Datadog's Custom Costs page takes.

Its published rules: six columns in this order and these spellings, then one column per tag; UTF-8; no value is empty
or longer than 1,000 characters; days as YYYY-MM-DD with the last day included; no day in the future; USD only.
"""

from __future__ import annotations

from pathlib import Path

import duckdb

from orchestration.errors import RefusalError
from orchestration.export.files import finished_file, write_csv
from orchestration.export.totals import Exported, ledger_sums, must_tie
from orchestration.report.wording import money

CURRENCY = "USD"

# An apostrophe before what looks like a formula is the thousandth character.
_LONGEST_VALUE = 999
_TAGS = {
    "cost_centre": "coalesce(ledger.cost_centre_code, 'unallocated')",
    "use_case": "ledger.use_case_id",
    "billing_mode": "ledger.billing_mode",
    "unallocated_reason": "ledger.unallocated_reason",
    "environment": "ledger.environment",
    "model": "ledger.model",
    "allocation_rule": "ledger.rule_id",
}


def _value(expression: str) -> str:
    """A text that is neither empty nor too long: a tag that is not there says `none`."""
    return f"left(coalesce(nullif(trim({expression}), ''), 'none'), {_LONGEST_VALUE})"


# A day that no delivery has reached yet would be refused: what is billed ahead is shown on the last day covered.
_LINES = f"""
with as_of as (
    select max(coalesce(content_to, cast(delivered_at as date))) as as_of_date
    from marts.fct_deliveries
    where status <> 'quarantined'
),
lines as (
    select
        ledger.platform as "ProviderName",
        {_value("coalesce(ledger.feature, ledger.method, 'unclaimed') || coalesce(', ' || ledger.model, '')")}
            as "ChargeDescription",
        least(ledger.charge_date, as_of.as_of_date) as "ChargePeriodStart",
        least(ledger.charge_date, as_of.as_of_date) as "ChargePeriodEnd",
        ledger.billed_cost as "BilledCost",
        ledger.billing_currency as "BillingCurrency",
        {", ".join(f"{_value(expression)} as {tag}" for tag, expression in _TAGS.items())}
    from marts.fct_allocation_ledger as ledger
    cross join as_of
    where strftime(ledger.accounting_month, '%Y-%m') = $1 and ledger.billing_currency = $2
)
select * replace (sum("BilledCost") as "BilledCost")
from lines
group by all
order by all
"""


def export(published: duckdb.DuckDBPyConnection, month: str, path: Path) -> list[Exported]:
    """Write a month's billed cost in USD, one line per day, description and tags; other currencies are named only.

    Raises RefusalError where nothing was billed in USD, UntiedExportError where the sum is not the ledger's.
    """
    ledger = ledger_sums(published, month)
    if CURRENCY not in ledger:
        raise RefusalError(
            f"Datadog takes {CURRENCY} only, and nothing of {month} was billed in it."
        )
    with finished_file(path) as unfinished:
        lines = published.execute(_LINES, [month, CURRENCY])
        totals = write_csv(lines, unfinished, "BilledCost", "BillingCurrency")
        must_tie("The Datadog file", totals.sums, {CURRENCY: ledger.pop(CURRENCY)})
    notes = [
        f"Left out: {money(amount)} {currency}, as Datadog takes {CURRENCY} only."
        for currency, amount in ledger.items()
    ]
    return [Exported(path, totals, notes)]
