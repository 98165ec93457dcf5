"""Writes files that are either whole or not there, and cells that no spreadsheet runs."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from orchestration.export.totals import ControlTotals

# A spreadsheet reads a text that begins so as a formula.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
_ROWS_AT_ONCE = 10_000


@contextmanager
def finished_file(path: Path) -> Iterator[Path]:
    """Hand over a name to write to; the file takes its own name when the block ends well, else it is removed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        yield unfinished
        with unfinished.open("rb") as written:
            os.fsync(written.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def cell(value: Any) -> str:
    """A value as CSV text: nothing for null, exact decimals, ISO dates, instants in UTC, texts that are no formulas.

    Raises TypeError for a float: no amount may have passed through one.
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_FORMULA_STARTS) else value
    raise TypeError(f"{type(value).__name__} has no exact text: {value!r}")


def write_csv(
    rows: duckdb.DuckDBPyConnection, path: Path, amount: str, currency: str
) -> ControlTotals:
    """Write an executed query as CSV with its column names as headings, and sum `amount` per `currency`.

    UTF-8, commas, quotes only where needed, one line feed a row. Raises duckdb.Error where the query fails.
    """
    headings = [description[0] for description in rows.description]
    amount_at, currency_at = headings.index(amount), headings.index(currency)
    row_count = 0
    sums: dict[str, Decimal] = {}
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(headings)
        while batch := rows.fetchmany(_ROWS_AT_ONCE):
            for row in batch:
                writer.writerow([cell(value) for value in row])
                sums[row[currency_at]] = sums.get(row[currency_at], Decimal(0)) + row[amount_at]
            row_count += len(batch)
    return ControlTotals(row_count, sums)


def write_table(rows: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Write an executed query as CSV, as `write_csv` does, without sums; returns how many rows."""
    row_count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([description[0] for description in rows.description])
        while batch := rows.fetchmany(_ROWS_AT_ONCE):
            writer.writerows([cell(value) for value in row] for row in batch)
            row_count += len(batch)
    return row_count
