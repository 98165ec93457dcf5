"""The exports by name, and the one way to run them."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import duckdb

from orchestration.errors import RefusalError
from orchestration.export import datadog, focus, journal
from orchestration.export.totals import Exported
from orchestration.report.published import published_file
from orchestration.settings import Settings

# Each writes an accounting month (YYYY-MM) to a CSV of the given path, and says what it wrote.
EXPORTS: dict[str, Callable[[duckdb.DuckDBPyConnection, str, Path], list[Exported]]] = {
    "datadog": datadog.export,
    "focus": focus.export,
    "journal": journal.export,
}


def export(
    settings: Settings,
    name: str,
    period: str,
    output: Path | None = None,
    journal_options: journal.JournalOptions | None = None,
) -> list[Exported]:
    """Write the named export of a period; by default to `exports/<name>-<period>.csv` in the warehouse folder.

    Raises RefusalError for an unknown name, a period that is no month or has no ledger, and where nothing is
    published; UntiedExportError where the file would not sum to the ledger.
    """
    if name not in EXPORTS:
        raise RefusalError(f"There is no export '{name}'. There are: {', '.join(sorted(EXPORTS))}.")
    if not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", period):
        raise RefusalError(f"'{period}' is no month: write it as YYYY-MM, such as 2026-05.")
    if journal_options and name != "journal":
        raise RefusalError("--layout, --reversal, --accrual and --draft are for the journal only.")
    path = output or settings.warehouse / "exports" / f"{name}-{period}.csv"
    with published_file(settings) as published:
        _refuse_empty_month(published, period)
        if name == "journal":
            return journal.export(published, period, path, journal_options)
        return EXPORTS[name](published, period, path)


def _refuse_empty_month(published: duckdb.DuckDBPyConnection, period: str) -> None:
    months = [
        month
        for (month,) in published.execute(
            "select distinct strftime(accounting_month, '%Y-%m') from marts.fct_allocation_ledger order by all"
        ).fetchall()
    ]
    if period not in months:
        known = f"it has {months[0]} to {months[-1]}" if months else "it is empty"
        raise RefusalError(f"The published ledger has no entry of {period}: {known}.")
