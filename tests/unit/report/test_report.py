"""The report's figures, exact and never added up across currencies."""

from __future__ import annotations

import json
from decimal import Decimal
from io import StringIO
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from orchestration.errors import RefusalError
from orchestration.publish import publish
from orchestration.report.figures import PlatformMonth, read_report
from orchestration.report.published import as_json
from orchestration.report.terminal import print_report
from orchestration.report.wording import exact, money, pennies, quantity
from orchestration.settings import Settings
from tests.unit.synthetic_warehouse import make_warehouse


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return make_warehouse(tmp_path)


def _printed(settings: Settings) -> str:
    console = Console(file=StringIO(), width=160)
    print_report(read_report(settings), console)
    output = console.file
    assert isinstance(output, StringIO)
    return output.getvalue()


def test_billed_is_allocated_plus_unallocated_to_the_last_decimal(settings: Settings) -> None:
    publish(settings)
    assert read_report(settings).platform_months == [
        PlatformMonth(
            "aws", "2026-05", "EUR", Decimal("7.0000000000"), Decimal("7.0000000000"), Decimal(0)
        ),
        PlatformMonth(
            "openai",
            "2026-05",
            "USD",
            Decimal("14.1000000001"),
            Decimal("10.1000000001"),
            Decimal("4.0000000000"),
        ),
    ]
    assert read_report(settings).adds_up


def test_a_difference_in_the_last_decimal_is_seen(settings: Settings) -> None:
    with duckdb.connect(settings.work_file) as connection:
        connection.execute(
            "update marts.fct_allocation_ledger set billed_cost = billed_cost + 0.0000000001 "
            "where allocation_id = 'bb01'"
        )
    publish(settings)
    assert [line.adds_up for line in read_report(settings).platform_months] == [False, True]
    assert "✗" in _printed(settings)


def test_a_charge_that_the_ledger_lost_is_seen(settings: Settings) -> None:
    with duckdb.connect(settings.work_file) as connection:
        connection.execute("delete from marts.fct_allocation_ledger where platform = 'aws'")
    publish(settings)
    (aws, _) = read_report(settings).platform_months
    assert (aws.billed, aws.allocated, aws.adds_up) == (Decimal("7.0000000000"), Decimal(0), False)


def test_currencies_are_never_added_up(settings: Settings) -> None:
    publish(settings)
    report = read_report(settings)
    assert [(total.currency, total.cost) for total in report.billed_totals] == [
        ("EUR", Decimal("7.0000000000")),
        ("USD", Decimal("14.1000000001")),
    ]
    assert [(total.currency, total.cost) for total in report.reporting_totals] == [
        ("GBP", Decimal("10.5500000001"))
    ]


def test_a_department_has_its_newest_name(settings: Settings) -> None:
    publish(settings)
    (department,) = read_report(settings).departments
    assert (department.code, department.name, department.amount) == (
        "D1",
        "Claims",
        Decimal("8.5500000001"),
    )


def test_reasons_modes_and_what_to_mend(settings: Settings) -> None:
    publish(settings)
    report = read_report(settings)
    assert [(item.code, item.amount) for item in report.unallocated_by_reason] == [
        ("unknown_identity", Decimal("2.0000000000"))
    ]
    assert [item.code for item in report.billing_modes] == ["chargeback", "showback"]
    assert [(item.identity_id, item.suggestion) for item in report.to_mend_first] == [
        ("key-9", "Register key-9")
    ]


def test_fallbacks_are_counted_by_rule_and_month(settings: Settings) -> None:
    publish(settings)
    assert read_report(settings).fallbacks == []
    assert "Split by a fallback" not in _printed(settings)
    with duckdb.connect(settings.work_file) as connection:
        connection.execute(
            "insert into marts.fct_allocation_proof "
            "select pool, date '2026-05-01', 'shared', 'token_volume', fallback_method from (values "
            "('p2', 'requests'), ('p3', 'requests'), ('p4', 'even')) as t(pool, fallback_method)"
        )
        connection.execute(
            "update marts.fct_allocation_ledger set unallocated_reason = 'zero_driver', cost_centre_code = null "
            "where pool_id = 'p1'"
        )
    publish(settings)
    counted = [(item.fallback_method, item.pool_count) for item in read_report(settings).fallbacks]
    assert counted == [("even", 1), ("requests", 2), (None, 1)]
    assert "nothing: unallocated" in _printed(settings)


def test_what_stands_on_two_bills_is_named_with_both_sides(settings: Settings) -> None:
    publish(settings)
    assert (read_report(settings).overlaps, read_report(settings).usage_overlaps) == ([], [])
    assert "On two bills" not in _printed(settings)
    with duckdb.connect(settings.work_file) as connection:
        connection.execute(
            "insert into marts.fct_overlapping_charges select 'nodes', date '2026-05-01', 'kubernetes', 'aws', place, "
            "'USD', cost, counted from (values ('i-1', 1.5, 4), ('i-1', 2, 4), ('i-2', -1, 5)) "
            "as t(place, cost, counted)"
        )
        connection.execute("insert into marts.fct_overlapping_usage values ('logs'), ('logs')")
    publish(settings)
    (overlap,) = read_report(settings).overlaps
    assert (overlap.kept, overlap.counted) == (Decimal("2.5"), Decimal(9))
    assert (overlap.platform, overlap.counted_platform) == ("kubernetes", "aws")
    printed = _printed(settings)
    assert "On two bills" in printed
    assert "counts once (logs)" in printed


def test_quarantine_is_loud_and_says_what_to_do(settings: Settings) -> None:
    with duckdb.connect(settings.work_file) as connection:
        connection.execute(
            "insert into marts.fct_deliveries values ('d2', 'quarantined', 'openai/costs/[june].json', 12, "
            "'amount_value', 'not a number', 'Export the file again', 3, null, null)"
        )
    publish(settings)
    printed = _printed(settings)
    assert "In quarantine: 1 delivery" in printed
    assert (
        "openai/costs/[june].json (row 12, column amount_value, the first of 3 faults)" in printed
    )
    assert "→ Export the file again" in printed
    assert "Next: mend the files in quarantine" in printed


def test_the_report_ends_with_what_to_do_next(settings: Settings) -> None:
    publish(settings)
    assert _printed(settings).rstrip().splitlines()[-1].startswith("Next: ")


def test_amounts_in_json_are_text(settings: Settings) -> None:
    publish(settings)
    parsed = json.loads(as_json(read_report(settings)))
    assert parsed["platform_months"][1]["billed"] == "14.1000000001"
    assert parsed["platform_months"][1]["adds_up"] is True


def test_nothing_published_is_a_sentence(settings: Settings) -> None:
    with pytest.raises(RefusalError, match="make run"):
        read_report(settings)


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        ("0", "0.00"),
        ("1234567.8900000000", "1,234,567.89"),
        ("-0.0000000001", "-0.0000000001"),
        ("10.5000000000", "10.50"),
    ],
)
def test_money_is_written_to_its_last_decimal(amount: str, text: str) -> None:
    assert money(Decimal(amount)) == text


def test_exact_amounts_show_all_decimals_though_they_are_zero() -> None:
    assert exact(Decimal("1234.5")) == "1,234.5000000000"
    assert exact(Decimal("-0.0000000001")) == "-0.0000000001"


def test_pennies_are_rounded_half_away_from_zero() -> None:
    assert [pennies(Decimal(amount)) for amount in ("0.005", "-0.005", "1234.4949")] == [
        "0.01",
        "-0.01",
        "1,234.49",
    ]


def test_a_quantity_is_written_without_trailing_zeros() -> None:
    assert quantity(Decimal("600000.000000000000")) == "600,000"
    assert quantity(Decimal("0.571428571400")) == "0.5714285714"
