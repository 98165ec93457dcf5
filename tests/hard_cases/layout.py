"""The suite's CSV layout: a company's rows to files and back, and an expected ledger.

One file per kind of row, one column per field of the reference's records (without the `x_` of FOCUS's own columns).
A column in which a case has nothing is left out, and so is a file without rows.
"""

import csv
import json
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args, get_origin, get_type_hints

from tests.property.ledger_comparison import KEY, MEASURES, Amounts, Line
from tests.reference.journal import JournalLine
from tests.reference.records import BEGINNING, END, Company

LEDGER, JOURNAL = "expected_ledger.csv", "expected_journal.csv"
_FIELDS: dict[str, type] = {
    name: get_args(hint)[0] for name, hint in get_type_hints(Company).items()
}
# A rate is kept by month, as its register writes it.
_MONTHS = ("accounting_month",)
_NUMBERS = ("driver_denominator", "tier")
_LINE = (*KEY, "driver", "driver_denominator")
# In every ledger, whether a case needs them or not.
_ALWAYS = (
    "accounting_month", "platform", "rule_id", "method", "cost_centre_code", "use_case_id", "billing_mode",
    "unallocated_reason", "billing_currency", "reporting_currency",
)  # fmt: skip


def write_company(company: Company, folder: Path) -> None:
    """One CSV per kind of row that the company has."""
    for name, record_type in _FIELDS.items():
        records: Sequence[object] = getattr(company, name)
        if not records:
            continue
        used = [
            field
            for field in fields(record_type)
            if _is_required(field)
            or any(getattr(row, field.name) != _default(field) for row in records)
        ]
        _write(
            folder / f"{name}.csv",
            [field.name.removeprefix("x_") for field in used],
            ([_text(field.name, getattr(row, field.name)) for field in used] for row in records),
        )


def read_company(folder: Path) -> Company:
    """The company of a case's folder. Raises ValueError for a column that the layout does not have."""
    return Company(
        **{name: _read(folder / f"{name}.csv", record) for name, record in _FIELDS.items()}
    )


def write_ledger(ledger: Mapping[Line, Amounts], folder: Path) -> None:
    """The lines in a fixed order, the payers' first."""
    columns = [
        place
        for place, name in enumerate(_LINE)
        if name in _ALWAYS or any(line[place] is not None for line in ledger)
    ]
    pooled = _LINE.index("driver")
    rows = []
    for line, (*costs, numerator) in ledger.items():
        cells = [_text(_LINE[place], line[place]) for place in columns]
        rows.append(
            [*cells, _text("", numerator) if line[pooled] else "", *(f"{cost:f}" for cost in costs)]
        )
    rows.sort(key=lambda row: [(cell == "", cell) for cell in row])
    names = [_LINE[place] for place in columns]
    _write(folder / LEDGER, [*names, "driver_numerator", *MEASURES], rows)


def read_ledger(folder: Path) -> dict[Line, Amounts]:
    """The expected ledger, in the form that comparisons take."""
    ledger: dict[Line, Amounts] = {}
    with (folder / LEDGER).open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            line = tuple(_line_value(name, row.get(name, "")) for name in _LINE)
            amounts = tuple(Decimal(row[measure]) for measure in MEASURES)
            assert line not in ledger, f"{folder.name}: two lines agree in all but amounts"
            ledger[line] = (*amounts, Decimal(row["driver_numerator"] or 0))
    return ledger


def write_journal(lines: Iterable[JournalLine], folder: Path) -> None:
    """The journal's lines in a fixed order, each journal's clearing line last; no file where there are none."""
    names = [field.name for field in fields(JournalLine)]
    rows = [
        [f"{value:.2f}" if isinstance(value, Decimal) else _text(name, value)
         for name in names for value in (getattr(line, name),)]
        for line in lines
    ]  # fmt: skip
    if rows:
        _write(
            folder / JOURNAL,
            names,
            sorted(rows, key=lambda row: [(not cell, cell) for cell in row]),
        )


def read_journal(folder: Path) -> list[JournalLine]:
    """The expected journal, in the order of its file."""
    return _read(folder / JOURNAL, JournalLine)


def _read(path: Path, record_type: type) -> list[Any]:
    if not path.exists():
        return []
    hints = get_type_hints(record_type)
    names = {name.removeprefix("x_"): name for name in hints}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        unknown = set(reader.fieldnames or ()) - names.keys()
        if unknown:
            raise ValueError(f"{path} has columns that the layout lacks: {sorted(unknown)}")
        return [
            record_type(
                **{
                    names[column]: _value(names[column], hints[names[column]], text)
                    for column, text in row.items()
                    if text or _keeps_empty(hints[names[column]])
                }
            )
            for row in reader
        ]


def _keeps_empty(hint: object) -> bool:
    """Whether an empty cell is a value of its own: an empty platform is every platform."""
    return hint is str or (isinstance(hint, types.UnionType) and type(None) in get_args(hint))


def _value(name: str, hint: object, text: str) -> object:
    if isinstance(hint, types.UnionType):
        if not text:
            return None
        hint = next(kind for kind in get_args(hint) if kind is not type(None))
    if get_origin(hint) is not None:
        return json.loads(text)
    if hint is bool:
        return text == "true"
    if hint is datetime:
        return datetime.fromisoformat(text.removesuffix("Z"))
    if hint is date:
        return date.fromisoformat(f"{text}-01" if name in _MONTHS else text)
    return hint(text)  # type: ignore[operator]


def _line_value(name: str, text: str) -> object:
    if not text:
        return None
    if name in _MONTHS:
        return date.fromisoformat(f"{text}-01")
    if name == "charge_date":
        return date.fromisoformat(text)
    return Decimal(text) if name in _NUMBERS else text


def _text(name: str, value: object) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            if value in (BEGINNING, END):
                return ""
            return f"{value:%Y-%m-%d}" if value.time() == time() else f"{value.isoformat()}Z"
        case date():
            return f"{value:%Y-%m}" if name in _MONTHS else value.isoformat()
        case Decimal():
            return f"{value.normalize():f}" if value else "0"
        case Mapping():
            return json.dumps(dict(value), ensure_ascii=False) if value else ""
    return str(value)


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _default(field: Field[Any]) -> object:
    return field.default if field.default is not MISSING else field.default_factory()  # type: ignore[misc]


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
