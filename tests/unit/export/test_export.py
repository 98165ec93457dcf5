"""The exports, from a published file to the file that another tool takes."""

from __future__ import annotations

import csv
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from orchestration.errors import RefusalError
from orchestration.export import UntiedExportError, export
from orchestration.publish import publish
from orchestration.settings import Settings
from tests.unit.synthetic_warehouse import make_warehouse


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_warehouse(tmp_path / "company")


def _published(settings: Settings, *statements: str) -> Settings:
    with duckdb.connect(settings.work_file) as connection:
        for statement in statements:
            connection.execute(statement)
    publish(settings)
    return settings


def _rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_an_unknown_export_or_month_names_what_there_is(settings: Settings) -> None:
    _published(settings)
    with pytest.raises(RefusalError, match="datadog"):
        export(settings, "no-such-tool", "2026-05")
    with pytest.raises(RefusalError, match="YYYY-MM"):
        export(settings, "datadog", "2026-5")
    with pytest.raises(RefusalError, match="2026-05 to 2026-05"):
        export(settings, "datadog", "2026-04")


def test_nothing_published_says_what_to_run(settings: Settings) -> None:
    with pytest.raises(RefusalError, match="make run"):
        export(settings, "datadog", "2026-05")


def assert_datadog_takes(path: Path, as_of: date) -> None:
    """Datadog's published rules for a custom-costs CSV, value by value."""
    rows = _rows(path)
    required = [
        "ProviderName",
        "ChargeDescription",
        "ChargePeriodStart",
        "ChargePeriodEnd",
        "BilledCost",
        "BillingCurrency",
    ]
    assert list(rows[0])[:6] == required
    for row in rows:
        assert all(value and value.strip() and len(value) <= 1000 for value in row.values()), row
        days = [row["ChargePeriodStart"], row["ChargePeriodEnd"]]
        assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) for day in days)
        assert date.fromisoformat(days[0]) <= date.fromisoformat(days[1]) <= as_of
        assert re.fullmatch(r"-?\d+(\.\d+)?", row["BilledCost"])
        assert row["BillingCurrency"] == "USD"


def test_datadog_gets_what_was_billed_in_its_currency(settings: Settings) -> None:
    _published(settings)
    (exported,) = export(settings, "datadog", "2026-05")
    assert exported.path == settings.warehouse / "exports" / "datadog-2026-05.csv"
    assert_datadog_takes(exported.path, date(2026, 5, 31))
    assert {(row["cost_centre"], row["unallocated_reason"]) for row in _rows(exported.path)} == {
        ("CC-1", "none"),
        ("unallocated", "unknown_identity"),
    }
    assert exported.totals.sums == {"USD": Decimal("14.1000000001")}
    assert exported.notes == ["Left out: 7.00 EUR, as Datadog takes USD only."]


def test_datadog_gets_no_day_to_come_no_long_text_and_no_formula(settings: Settings) -> None:
    _published(
        settings,
        "update marts.fct_allocation_ledger set charge_date = date '2026-06-30', model = repeat('m', 1500), "
        "feature = '=1+1', environment = ' ' where allocation_id = 'aa01'",
    )
    (exported,) = export(settings, "datadog", "2026-05", settings.warehouse / "file.csv")
    assert_datadog_takes(exported.path, date(2026, 5, 31))
    assert any(row["ChargeDescription"].startswith("'=1+1") for row in _rows(exported.path))


def test_datadog_refuses_a_month_without_its_currency(settings: Settings) -> None:
    _published(settings, "update marts.fct_allocation_ledger set billing_currency = 'EUR'")
    with pytest.raises(RefusalError, match="USD only"):
        export(settings, "datadog", "2026-05")


def test_a_file_that_would_not_sum_to_the_ledger_is_not_written(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    _published(settings)
    monkeypatch.setattr(
        "orchestration.export.datadog.ledger_sums", lambda *_: {"USD": Decimal("14.1")}
    )
    with pytest.raises(UntiedExportError, match=r"14\.1000000001 USD, the ledger to 14\.10 USD"):
        export(settings, "datadog", "2026-05")
    assert list((settings.warehouse / "exports").iterdir()) == []


def test_focus_has_the_specifications_names_and_texts_in_both_files(settings: Settings) -> None:
    _published(settings)
    csv_file, parquet_file = export(settings, "focus", "2026-05")
    assert [file.path.suffix for file in (csv_file, parquet_file)] == [".csv", ".parquet"]
    (first, *_) = rows = _rows(csv_file.path)
    assert list(first) == [
        "AllocatedResourceId",
        "BilledCost",
        "BillingCurrency",
        "BillingPeriodStart",
        "EffectiveCost",
        "x_AllocationId",
        "x_AccountingMonth",
    ]
    assert first["BillingPeriodStart"] == "2026-05-01T00:00:00Z"
    assert csv_file.totals.sums == {"USD": Decimal("14.1000000001"), "EUR": Decimal(7)}
    with duckdb.connect() as connection:
        read = connection.execute(f"select * from read_parquet('{parquet_file.path}')").fetchall()
    assert [row[3] for row in read] == [row["BillingPeriodStart"] for row in rows]
    assert [row[0] for row in read] == [row["AllocatedResourceId"] or None for row in rows]
    assert [row[1] for row in read] == [Decimal(row["BilledCost"]) for row in rows]


@pytest.mark.parametrize("measure", ["billed_cost", "effective_cost"])
def test_focus_that_misses_a_unit_of_the_ledger_is_not_written(
    measure: str, settings: Settings
) -> None:
    _published(
        settings,
        f"update marts.fct_focus_allocated set {measure} = {measure} + 0.0000000001 where x_allocation_id = 'bb01'",
    )
    with pytest.raises(UntiedExportError, match="EUR"):
        export(settings, "focus", "2026-05")
    assert list((settings.warehouse / "exports").iterdir()) == []
