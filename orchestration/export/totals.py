"""Control totals: what a file holds, and the proof that it is what the ledger holds."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import duckdb

from orchestration.errors import RefusalError
from orchestration.report.wording import money


class UntiedExportError(RefusalError):
    """A file would not sum to the ledger: names the export, the currency and both sums."""

    def __init__(self, message: str) -> None:
        super().__init__(f"{message} No file was written; `chargeback report` shows the ledger.", 1)


@dataclass(frozen=True)
class ControlTotals:
    """The rows of a file and the sum of its amounts, per currency."""

    row_count: int
    sums: dict[str, Decimal]


@dataclass(frozen=True)
class Exported:
    """A file in its place, what it holds, and what a person has to know about it."""

    path: Path
    totals: ControlTotals
    notes: list[str] = field(default_factory=list)


def ledger_sums(
    published: duckdb.DuckDBPyConnection, month: str, amount: str = "billed_cost"
) -> dict[str, Decimal]:
    """An amount of the ledger's entries in an accounting month (YYYY-MM), per currency of that amount."""
    currency = "reporting_currency" if amount == "reporting_cost" else "billing_currency"
    return dict(
        published.execute(
            f"select {currency}, sum({amount}) from marts.fct_allocation_ledger "
            f"where strftime(accounting_month, '%Y-%m') = ? group by {currency} order by {currency}",
            [month],
        ).fetchall()
    )


def must_tie(name: str, found: dict[str, Decimal], expected: dict[str, Decimal]) -> None:
    """Raise UntiedExportError unless both sides have the same sum in every currency; a missing one is 0."""
    for currency in sorted({*found, *expected}):
        sums = (found.get(currency, Decimal(0)), expected.get(currency, Decimal(0)))
        if sums[0] != sums[1]:
            raise UntiedExportError(
                f"{name} comes to {money(sums[0])} {currency}, the ledger to {money(sums[1])} {currency}."
            )
