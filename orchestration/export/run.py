"""The exports by name, and the one way to run them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from orchestration.errors import RefusalError
from orchestration.export import datadog, focus, journal
from orchestration.export.totals import Exported
from orchestration.periods import month_of
from orchestration.report.published import published_file, refuse_empty_month
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
    month = month_of(period)
    if journal_options and name != "journal":
        raise RefusalError("--layout, --reversal, --accrual and --draft are for the journal only.")
    path = output or settings.warehouse / "exports" / f"{name}-{period}.csv"
    with published_file(settings) as published:
        refuse_empty_month(published, month)
        if name == "journal":
            return journal.export(published, period, path, journal_options)
        return EXPORTS[name](published, period, path)
