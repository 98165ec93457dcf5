"""What a delivery's rows bill, and the days that they tell of."""

from __future__ import annotations

from decimal import Decimal

import duckdb
import pytest

from orchestration.landing.contracts import Billed
from orchestration.landing.measures import billed_amount, days_of, runs


@pytest.mark.parametrize(
    ("billed", "row", "amount"),
    [
        (Billed(("cost",)), {"cost": "1.00000000005"}, "1.0000000001"),
        (Billed(("cost",)), {"cost": "-1.00000000005"}, "-1.0000000001"),
        (Billed(("cost",)), {"cost": None}, "0"),
        (Billed(("cost",)), {"cost": "1.5e-3"}, "0.0015"),
        (Billed(("cost",), times="0.01"), {"cost": "123.000000005"}, "1.2300000001"),
        (
            Billed(("cost", "credits[].amount")),
            {"cost": "5", "credits": '[{"amount": -1.25}, {"amount": "-0.5", "name": "a"}]'},
            "3.25",
        ),
        (Billed(("cost", "credits[].amount")), {"cost": "5", "credits": None}, "5"),
        (Billed(("cost", "credits[].amount")), {"cost": "5", "credits": "[]"}, "5"),
        (
            Billed(("cells.*",), "total"),
            {"cells": '{"a": "1", "b($)": "2.5"}', "total": "9"},
            "3.5",
        ),
        (Billed(("cells.*",), "total"), {"cells": None, "total": "9"}, "9"),
    ],
)
def test_what_a_row_bills(billed: Billed, row: dict[str, str | None], amount: str) -> None:
    columns = ", ".join(f"cast(? as varchar) as {name}" for name in row)
    sql = f"select {billed_amount(billed)} from (select {columns})"
    assert duckdb.execute(sql, list(row.values())).fetchall() == [(Decimal(amount),)]


def test_days_in_a_row_are_one_run() -> None:
    days = ["2026-03-02", "2026-02-28", "2026-03-01", "2026-03-04", "2026-03-01"]
    assert runs(days) == [("2026-02-28", "2026-03-02"), ("2026-03-04", "2026-03-04")]
    assert list(days_of(runs(days))) == sorted(set(days))
    assert runs([]) == []


def test_a_week_end_breaks_no_run_of_working_days() -> None:
    friday, monday, tuesday, thursday = "2026-05-01", "2026-05-04", "2026-05-05", "2026-05-07"
    assert runs([friday, monday, tuesday, thursday], "working_day") == [
        (friday, tuesday),
        (thursday, thursday),
    ]
    assert runs([friday, "2026-05-02", monday], "working_day") == [(friday, monday)]


def test_any_day_of_a_month_stands_for_it() -> None:
    assert runs(["2025-12-31", "2026-01-15", "2026-03-01"], "month") == [
        ("2025-12-01", "2026-01-31"),
        ("2026-03-01", "2026-03-31"),
    ]
