"""What the loader should never let through is found all the same: each kind of structural expectation seen to fail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from orchestration.expectations.additions import load_suites
from orchestration.expectations.results import Outcome
from orchestration.expectations.suite import CRITICAL
from orchestration.expectations.validating import Validator
from orchestration.landing.contracts import Table, load_contracts
from orchestration.landing.normalise import literal, quoted
from orchestration.landing.rawzone import Delivery
from tests.integration.landing.conftest import Company

GOOD = {
    "month_start": "2026-05-01",
    "used_at": "2026-05-10 00:00:00",
    "project": "proj_a1b",
    "kind": "usage",
    "cost": "100",
    "currency": "GBP",
    "tokens": "100000",
    "cached": "5",
    "owner": "person:0123456789abcdef01234567",
}
BAD: dict[str, tuple[str, str | None]] = {
    "never_empty.cost": ("cost", None),
    "never_empty.month_start": ("month_start", None),
    "known_values.kind": ("kind", "gift"),
    "numbers": ("tokens", "a hundred"),
    "times": ("used_at", "soon"),
    "currencies": ("currency", "pounds"),
    "people": ("owner", "ada@acme.example"),
    "rows_are_told_apart": ("_row_id", "1"),
}


def parquet(folder: Path, table: Table, rows: list[Mapping[str, str | None]]) -> Path:
    """A part of a raw table; `_row` is the place among the rows."""
    selects = []
    for place, row in enumerate(rows, 1):
        system = {
            "_delivery_id": "a-delivery",
            "_file": "acme/bill/may.csv",
            "_row_id": str(place),
            **row,
        }
        values = [
            f"{place} as _row"
            if name == "_row"
            else f"cast({'null' if system.get(name) is None else literal(str(system[name]))} as varchar)"
            f" as {quoted(name)}"
            for name in table.raw_columns
        ]
        selects.append(f"select {', '.join(values)}")
    path = folder / "part.parquet"
    duckdb.sql(f"copy ({' union all '.join(selects)}) to {literal(str(path))} (format parquet)")
    return path


@pytest.fixture
def validated(company: Company, tmp_path: Path) -> dict[str, Outcome]:
    """Outcomes by name, of a good row and one bad row for each kind."""
    tables = {table.qualified: table for table in load_contracts(company.contracts)}
    table = tables["acme__bill"]
    rows = [GOOD, *({**GOOD, column: value} for column, value in BAD.values())]
    rows += [{**GOOD, "tokens": "-1", "cached": None}, {**GOOD, "cached": "100001"}]
    part = parquet(tmp_path, table, rows)
    delivery = Delivery(
        "a-delivery", "acme", "bill", "bill", "content", "", 1, None, None, None, len(rows), "0",
        table.raw_columns, (), (), (), (),
    )  # fmt: skip
    validator = Validator(tmp_path / "expectations")
    suite = load_suites([table])["acme__bill"]
    # A column too few in what the suite expects is one too many in the rows.
    columns = suite.expectations[0]
    fewer = replace(
        columns, arguments={**columns.arguments, "column_set": list(table.raw_columns[1:])}
    )
    broken = replace(suite, expectations=(fewer, *suite.expectations[1:]))
    try:
        outcomes = validator.validate(broken, [(delivery, [part])], [], "all")
    finally:
        validator.close()
    return {outcome.name: outcome for outcome in outcomes}


def test_each_structural_kind_is_seen_to_fail(validated: dict[str, Outcome]) -> None:
    for place, (name, (column, _)) in enumerate(BAD.items(), 2):
        outcome = validated[name]
        assert outcome.severity == CRITICAL
        rows = {(finding.file, finding.row, finding.column) for finding in outcome.findings}
        assert ("acme/bill/may.csv", place, column) in rows, name
        assert not outcome.is_met
    bounds = {(finding.row, finding.column) for finding in validated["bounds"].findings}
    assert bounds == {(len(BAD) + 2, "tokens"), (len(BAD) + 3, "cached")}
    assert not validated["columns"].is_met
    critical = {name for name, outcome in validated.items() if outcome.severity == CRITICAL}
    assert critical == {*BAD, "bounds", "columns"}
