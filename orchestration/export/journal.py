"""The chargeback journals of a month as a CSV for the general ledger, in columns that a company declares itself."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import yaml

from orchestration.errors import RefusalError
from orchestration.export.files import cell, finished_file
from orchestration.export.totals import ControlTotals, Exported, UntiedExportError
from orchestration.landing.files import sha256_of
from orchestration.report.wording import counted, money

DEFAULT_LAYOUT = Path(__file__).with_name("journal_layout.yml")

# What a layout may name besides the mart's own columns. A reversal belongs to the next month and swaps the sides.
_POSTED_IN = "case when $reversal then cast(accounting_month + interval 1 month as date) else accounting_month end"
_DERIVED = {
    "period": f"strftime({_POSTED_IN}, '%Y-%m')",
    "posting_date": (
        f"case when $reversal then {_POSTED_IN} else cast(last_day(accounting_month) as date) end"
    ),
    "description": (
        "$words || 'AI ' || journal_kind || ' ' || platform || ' ' || strftime(original_month, '%Y-%m') || "
        "coalesce(' ' || invoice_id, '')"
    ),
    "amount": "(debit_amount - credit_amount) * case when $reversal then -1 else 1 end",
}
_LINES = f"""
select
    * replace (
        case when $reversal then journal_id || 'R' else journal_id end as journal_id,
        case when $reversal then credit_amount else debit_amount end as debit_amount,
        case when $reversal then debit_amount else credit_amount end as credit_amount
    ),
    {", ".join(f"{expression} as {name}" for name, expression in _DERIVED.items())}
from marts.fct_chargeback_journal_lines as lines
where strftime(accounting_month, '%Y-%m') = $month
order by journal_kind, platform, billing_account_id, invoice_id, legal_entity_code, original_month, lines.journal_id,
    line_number
"""
_MONEY = ("debit_amount", "credit_amount", "exact_amount", "amount")


@dataclass(frozen=True)
class JournalOptions:
    """How to write it: by which layout, with sides swapped, whether drafts may be written.

    `is_accrual`: the drafts of a month that has ended and is not closed, each with its reversal in the next month.
    """

    layout: Path | None = None
    is_reversal: bool = False
    is_accrual: bool = False
    allow_draft: bool = False


@dataclass(frozen=True)
class _Column:
    header: str
    source: str | None
    text: str = ""
    date_format: str = "%Y-%m-%d"


@dataclass(frozen=True)
class _Layout:
    delimiter: str
    columns: tuple[_Column, ...]


def export(
    published: duckdb.DuckDBPyConnection,
    month: str,
    path: Path,
    options: JournalOptions | None = None,
) -> list[Exported]:
    """Write a month's journal lines, and their control totals beside them (`<name>.totals.json`).

    Raises RefusalError for a month that is not closed, unless drafts are allowed, for an accrual of a month that is
    closed or has not ended, and for a layout that cannot be used; UntiedExportError where the lines do not balance.
    """
    options = options or JournalOptions()
    _refuse_status(_status(published, month), month, options)
    if options.is_accrual:
        rows = _lines(published, month, False, "Accrual: ") + _lines(
            published, month, True, "Reversal of accrual: "
        )
    else:
        rows = _lines(
            published, month, options.is_reversal, "Reversal: " if options.is_reversal else ""
        )
    layout = _read_layout(options.layout or DEFAULT_LAYOUT, _known_columns(published))
    drafts = sum(1 for row in rows if row["status"] != "posted")
    _refuse_unbalanced(rows)
    with finished_file(path) as unfinished:
        _write(rows, layout, unfinished)
    sums = _sums(rows, "debit_amount")
    totals = {
        "period": month,
        "file": path.name,
        "sha256": sha256_of(path),
        "journal_count": len({row["journal_id"] for row in rows}),
        "line_count": len(rows),
        "debit": {currency: str(amount) for currency, amount in sums.items()},
        "credit": {key: str(amount) for key, amount in _sums(rows, "credit_amount").items()},
        "is_reversal": options.is_reversal,
        "is_accrual": options.is_accrual,
        "is_draft": drafts > 0,
    }
    totals_path = path.with_name(f"{path.stem}.totals.json")
    with finished_file(totals_path) as unfinished:
        unfinished.write_text(json.dumps(totals, indent=2) + "\n", encoding="utf-8")
    return [Exported(path, ControlTotals(len(rows), sums), _notes(rows, totals_path, drafts))]


def _lines(
    published: duckdb.DuckDBPyConnection, month: str, is_reversal: bool, words: str
) -> list[dict[str, Any]]:
    cursor = published.execute(_LINES, {"month": month, "reversal": is_reversal, "words": words})
    names = [description[0] for description in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _known_columns(published: duckdb.DuckDBPyConnection) -> list[str]:
    cursor = published.execute("select * from marts.fct_chargeback_journal_lines limit 0")
    return [*(description[0] for description in cursor.description), *_DERIVED]


def _status(published: duckdb.DuckDBPyConnection, month: str) -> str:
    row = published.execute(
        "select period_status from marts.dim_accounting_periods where strftime(accounting_month, '%Y-%m') = ?",
        [month],
    ).fetchone()
    return row[0] if row else "open"


def _refuse_status(status: str, month: str, options: JournalOptions) -> None:
    if options.is_accrual and (status != "provisional" or options.is_reversal):
        raise RefusalError(
            f"{month} is {status}: only a month that has ended and is not closed is accrued, with its reversal in the "
            "same file.",
            exit_code=1,
        )
    if status != "closed" and not (options.allow_draft or options.is_accrual):
        raise RefusalError(
            f"{month} is not closed: its journal is a draft. Close it first (`chargeback close`), or write the draft "
            "with --draft.",
            exit_code=1,
        )


def _refuse_unbalanced(rows: list[dict[str, Any]]) -> None:
    balances: dict[str, Decimal] = {}
    for row in rows:
        side = row["debit_amount"] - row["credit_amount"]
        balances[row["journal_id"]] = balances.get(row["journal_id"], Decimal(0)) + side
    for journal, balance in balances.items():
        if balance:
            raise UntiedExportError(f"Journal {journal} is out of balance by {money(balance)}.")


def _sums(rows: list[dict[str, Any]], column: str) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for row in rows:
        sums[row["currency"]] = sums.get(row["currency"], Decimal(0)) + row[column]
    return {currency: _plain(amount) for currency, amount in sorted(sums.items())}


def _notes(rows: list[dict[str, Any]], totals_path: Path, drafts: int) -> list[str]:
    without_account = sum(1 for row in rows if row["gl_account"] is None)
    return [
        f"Control totals: {totals_path}",
        *(["These are drafts: the month is not closed."] if drafts else []),
        *(
            [
                f"{counted(without_account, 'line')} without an account: fill in gl_account in cost_centres.csv, and "
                "clearing_account in policy.csv."
            ]
            if without_account
            else []
        ),
    ]


def _write(rows: list[dict[str, Any]], layout: _Layout, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=layout.delimiter, lineterminator="\n")
        writer.writerow(cell(column.header) for column in layout.columns)
        for row in rows:
            writer.writerow(_cell(column, row) for column in layout.columns)


def _cell(column: _Column, row: Mapping[str, Any]) -> str:
    if column.source is None:
        return cell(column.text)
    value = row[column.source]
    if isinstance(value, Decimal) and column.source in _MONEY:
        return cell(_plain(value))
    if type(value) is date:
        return cell(value.strftime(column.date_format))
    return cell(value)


def _plain(amount: Decimal) -> Decimal:
    """An amount with the decimals it needs, at least two: journals hold whole minor units."""
    short = amount.quantize(Decimal("0.01"))
    return short if short == amount else amount.normalize()


def _read_layout(path: Path, known: list[str]) -> _Layout:
    """Raises RefusalError that names the file and what to change in it."""

    def refuse(what: str) -> RefusalError:
        return RefusalError(
            f"{path} cannot be used as a layout: {what}. Copy {DEFAULT_LAYOUT} and change it."
        )

    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
        declared = document["columns"]
        delimiter = str(document.get("delimiter", ","))
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise refuse(f"it is no YAML with a list of columns ({error})") from error
    if len(delimiter) != 1:
        raise refuse("`delimiter` is one character")
    columns = []
    for number, column in enumerate(declared or (), 1):
        if not isinstance(column, dict) or "header" not in column:
            raise refuse(f"column {number} has no `header`")
        if ("from" in column) == ("text" in column) or column.keys() - {
            "header",
            "from",
            "text",
            "format",
        }:
            raise refuse(
                f"column {number} takes either `from` or `text`, and beside them only `format`"
            )
        if "from" in column and column["from"] not in known:
            raise refuse(
                f"column {number}: there is no `{column['from']}`; there are {', '.join(known)}"
            )
        columns.append(
            _Column(
                str(column["header"]),
                column.get("from"),
                str(column.get("text", "")),
                str(column.get("format", "%Y-%m-%d")),
            )
        )
    if not columns:
        raise refuse("it lists no columns")
    return _Layout(delimiter, tuple(columns))
