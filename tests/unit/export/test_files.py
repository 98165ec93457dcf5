"""Cells that no spreadsheet runs, files that are whole or not there, totals that are the ledger's."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from orchestration.export.files import cell, finished_file, write_csv
from orchestration.export.totals import UntiedExportError, must_tie


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(start: str) -> None:
    assert cell(f"{start}cmd|calc") == f"'{start}cmd|calc"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        ("a=b", "a=b"),
        ("", ""),
        (Decimal("-1.5000000000"), "-1.5000000000"),
        (Decimal("1E-10"), "0.0000000001"),
        (-7, "-7"),
        (True, "true"),
        (date(2026, 5, 1), "2026-05-01"),
        (datetime(2026, 5, 1, 13, 4, 5, 678), "2026-05-01T13:04:05Z"),
    ],
)
def test_values_keep_their_exact_text(value: Any, text: str) -> None:
    assert cell(value) == text


def test_a_float_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        cell(0.1)


def test_a_file_is_whole_or_not_there(tmp_path: Path) -> None:
    path = tmp_path / "new folder" / "file.csv"
    with pytest.raises(RuntimeError), finished_file(path) as unfinished:
        unfinished.write_text("half")
        raise RuntimeError
    assert list(path.parent.iterdir()) == []
    with finished_file(path) as unfinished:
        unfinished.write_text("whole")
    assert path.read_text() == "whole"
    with pytest.raises(RuntimeError), finished_file(path) as unfinished:
        unfinished.write_text("half")
        raise RuntimeError
    assert [file.name for file in path.parent.iterdir()] == ["file.csv"]
    assert path.read_text() == "whole"


def test_totals_are_those_of_the_rows_that_were_written(tmp_path: Path) -> None:
    rows = duckdb.execute(
        "select * from (values ('=a', 0.1::decimal(38, 10), 'USD'), ('b,c', -0.3, 'USD'), ('d', 2, 'EUR')) "
        "as t(name, amount, currency)"
    )
    totals = write_csv(rows, tmp_path / "file.csv", "amount", "currency")
    assert totals.row_count == 3
    assert totals.sums == {"USD": Decimal("-0.2"), "EUR": Decimal(2)}
    assert (tmp_path / "file.csv").read_text().splitlines()[:3] == [
        "name,amount,currency",
        "'=a,0.1000000000,USD",
        '"b,c",-0.3000000000,USD',
    ]


def test_a_currency_that_only_one_side_has_must_be_nothing() -> None:
    must_tie("It", {"USD": Decimal("1.0"), "EUR": Decimal(0)}, {"USD": Decimal("1.00")})
    with pytest.raises(UntiedExportError, match=r"It comes to 0\.00 GBP, the ledger to 2\.00 GBP"):
        must_tie("It", {"USD": Decimal(1)}, {"USD": Decimal(1), "GBP": Decimal(2)})
    with pytest.raises(UntiedExportError, match="USD"):
        must_tie("It", {"USD": Decimal("1.0000000001")}, {"USD": Decimal(1)})
