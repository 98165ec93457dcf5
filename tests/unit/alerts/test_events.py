"""What of the marts is an event, and in which state."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import duckdb
import pytest

from orchestration.alerts import events
from orchestration.close.conditions import Block


@pytest.fixture
def marts() -> Iterator[duckdb.DuckDBPyConnection]:
    """Schema `marts` of a company whose newest month with charges is May 2026."""
    with duckdb.connect() as connection:
        connection.execute("create schema marts")
        connection.execute("create schema raw")
        _table(
            connection,
            "marts.dim_accounting_periods",
            {"accounting_month": "date", "period_status": "varchar", "charge_count": "bigint"},
            [
                ("2026-03-01", "closed", 9),
                ("2026-04-01", "provisional", 9),
                ("2026-05-01", "open", 9),
                ("2026-06-01", "open", 0),
            ],
        )
        yield connection


def _table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    columns: dict[str, str],
    rows: list[tuple[Any, ...]],
) -> None:
    listed = ", ".join(f"{column} {kind}" for column, kind in columns.items())
    connection.execute(f"create table {name} ({listed})")
    for row in rows:
        connection.execute(f"insert into {name} values ({', '.join('?' * len(row))})", row)


MONEY = "decimal(38, 10)"
QUALITY = {
    "check_name": "varchar",
    "platform": "varchar",
    "source_table": "varchar",
    "series": "varchar",
    "check_month": "date",
    "period_status": "varchar",
    "state": "varchar",
    "checked_value": MONEY,
    "warn_tolerance": MONEY,
    "error_tolerance": MONEY,
    "exposed_cost": MONEY,
    "reporting_currency": "varchar",
    "since_date": "date",
    "finding": "varchar",
    "remedy": "varchar",
}


def _quality(
    platform: str, month: str, state: str, status: str = "open", check: str = "unallocated_share"
) -> tuple[Any, ...]:
    return (
        check, platform, f"{platform}__costs", "GBP", month, status, state, "0.3", "0.05", "0.2", "30",
        "GBP", month, "found", "remedy",
    )  # fmt: skip


def test_a_platform_is_over_tolerance_in_its_newest_month_that_is(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    _table(
        marts,
        "marts.fct_data_quality",
        QUALITY,
        [
            _quality("both", "2026-04-01", "warn"),
            _quality("both", "2026-05-01", "error"),
            _quality("earlier", "2026-04-01", "warn"),
            _quality("old", "2026-03-01", "error"),
            _quality("closed", "2026-04-01", "error", "closed"),
            _quality("fine", "2026-05-01", "ok"),
            _quality("other check", "2026-05-01", "error", check="null_rates"),
        ],
    )
    _table(
        marts,
        "marts.fct_unallocated_spend",
        {
            "platform": "varchar",
            "accounting_month": "date",
            "identity_type": "varchar",
            "identity_id": "varchar",
            "unallocated_reason": "varchar",
            "suggestion": "varchar",
            "reporting_cost": MONEY,
            "reporting_currency": "varchar",
        },
        [
            ("both", "2026-05-01", "key", f"k{cost}", "unknown_identity", "do", cost, "GBP")
            for cost in (1, 4, 2, 3)
        ]
        + [("both", "2026-04-01", "key", "k9", "unknown_identity", "do", 9, "GBP")],
    )
    found = list(events._unallocated(marts))
    assert [(event.subject, event.state) for event in found] == [
        ("both | GBP | 2026-05", "error"),
        ("earlier | GBP | 2026-04", "warn"),
    ]
    assert [event.facts["tolerance"] for event in found] == [Decimal("0.2"), Decimal("0.05")]
    # The three that cost most, of that month alone.
    assert [line["identity_id"] for line in found[0].facts["worklist"]] == ["k4", "k3", "k2"]


def test_days_that_are_missing_lately_are_a_stale_feed(marts: duckdb.DuckDBPyConnection) -> None:
    _table(
        marts,
        "marts.fct_data_quality",
        QUALITY,
        [
            _quality("now", "2026-05-01", "warn", check="source_days"),
            _quality("then", "2026-03-01", "warn", check="source_days"),
            _quality("gone", "2026-05-01", "no data", check="source_days"),
        ],
    )
    assert [event.subject for event in events._missing_days(marts)] == [
        "now__costs | GBP | 2026-05"
    ]


@pytest.mark.parametrize(("day", "told"), [(7, []), (8, ["all feeds"])])
def test_silence_is_measured_from_the_newest_delivery(
    marts: duckdb.DuckDBPyConnection, day: int, told: list[str]
) -> None:
    _table(
        marts,
        "marts.fct_deliveries",
        {"delivered_at": "timestamp", "status": "varchar", "role": "varchar"},
        [
            ("2026-05-01 06:00:00", "superseded", "bill"),
            ("2026-05-06 06:00:00", "quarantined", "bill"),
            ("2026-05-07 06:00:00", "current", "register"),
        ],
    )
    now = datetime(2026, 5, day, 6, tzinfo=UTC)
    assert [event.subject for event in events._silence(marts, now)] == told


def test_without_a_delivery_nothing_is_silent(marts: duckdb.DuckDBPyConnection) -> None:
    columns = {"delivered_at": "timestamp", "status": "varchar", "role": "varchar"}
    _table(marts, "marts.fct_deliveries", columns, [])
    assert list(events._silence(marts, datetime(2026, 5, 9, tzinfo=UTC))) == []


def test_new_anomalies_are_told_to_their_owner_and_known_events_to_nobody(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    def day(name: str, status: str, date: str, owner: str | None) -> list[tuple[Any, ...]]:
        return [
            (name, date, "azure", "CC-1", "up", "high", "UC-1", owner, 9, 1, 8, "GBP", driver, part, status)
            for driver, part in (("mix", 0), ("price", -2), ("volume", 10))
        ]  # fmt: skip

    _table(
        marts,
        "marts.fct_cost_anomalies",
        {
            "anomaly_id": "varchar",
            "calendar_date": "date",
            "platform": "varchar",
            "cost_centre_code": "varchar",
            "direction": "varchar",
            "severity": "varchar",
            "largest_use_case_id": "varchar",
            "notified_person_id": "varchar",
            "daily_cost": MONEY,
            "baseline_cost": MONEY,
            "excess_cost": MONEY,
            "reporting_currency": "varchar",
            "driver": "varchar",
            "contribution_cost": MONEY,
            "anomaly_status": "varchar",
        },
        day("a1", "new", "2026-05-04", "P1")
        + day("a2", "known event", "2026-05-05", None)
        + day("a3", "goes on", "2026-05-06", "P1")
        + day("a4", "new", "2026-03-30", "P1")
        + day("a5", "new", "2026-04-30", None),
    )
    found = {event.subject: event for event in events._anomalies(marts)}
    assert list(found) == ["a1", "a5"]
    assert found["a1"].persons == ("P1",) and found["a5"].persons == ()
    # The largest part first, and none that is nothing.
    assert [row["driver"] for row in found["a1"].facts["drivers"]] == ["volume", "price"]


SANDBOX = {
    "use_case_id": "varchar",
    "cost_centre_code": "varchar",
    "department_code": "varchar",
    "sandbox_cap": MONEY,
    "spent_cost": MONEY,
    "cap_left": MONEY,
    "over_cap_cost": MONEY,
    "expired_cost": MONEY,
    "cap_expected_date": "date",
    "cap_reached_date": "date",
    "expires_date": "date",
    "days_left": "bigint",
    "judged_date": "date",
    "reporting_currency": "varchar",
    "usage_owner_id": "varchar",
    "business_owner_id": "varchar",
    "department_head_id": "varchar",
    "stage_valid_from": "timestamp",
    "is_near_cap": "boolean",
    "is_over_cap": "boolean",
    "is_expiring": "boolean",
    "is_expired": "boolean",
    "accounting_month": "date",
    "is_decided": "boolean",
}


def _sandbox(
    use_case: str,
    left: str,
    near: bool = False,
    over: bool = False,
    expiring: bool = False,
    expired: bool = False,
    month: str = "2026-05-01",
    decided: bool = False,
) -> tuple[Any, ...]:
    return (
        use_case, "CC-1", "D", "100", "50", left, "0", "0", None, None, "2026-06-01", 5, "2026-05-31", "GBP",
        "P1", None, "P1", "2026-03-01", near, over, expiring, expired, month, decided,
    )  # fmt: skip


def test_the_newest_state_of_a_sandbox_is_told(marts: duckdb.DuckDBPyConnection) -> None:
    _table(
        marts,
        "marts.dim_use_cases",
        {
            "use_case_id": "varchar",
            "use_case_name": "varchar",
            "usage_owner_id": "varchar",
            "business_owner_id": "varchar",
            "valid_from": "timestamp",
            "valid_to": "timestamp",
        },
        [],
    )
    _table(
        marts,
        "marts.fct_sandbox_status",
        SANDBOX,
        [
            _sandbox("fine", "50"),
            _sandbox("near", "20", near=True, month="2026-04-01"),
            _sandbox("near", "10", near=True, expiring=True),
            _sandbox("spent to the penny", "0", near=True),
            _sandbox("over", "-1", over=True, expired=True),
            _sandbox("decided", "-1", over=True, expired=True, decided=True),
            _sandbox("long gone", "-1", over=True, expired=True, month="2026-03-01"),
        ],
    )
    caps = {event.subject: event.state for event in events._sandbox_caps(marts)}
    assert caps == {
        "near | 2026-03-01": "80 %",
        "over | 2026-03-01": "100 %",
        "spent to the penny | 2026-03-01": "100 %",
    }
    ends = {event.subject: event for event in events._sandbox_ends(marts)}
    assert {subject: event.state for subject, event in ends.items()} == {
        "near | 2026-03-01": "expires soon",
        "over | 2026-03-01": "expired",
    }
    # One person with two parts is told once.
    assert ends["near | 2026-03-01"].persons == ("P1",)


def test_budgets_of_open_months_are_told_of_by_department(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    valid = {"valid_from": "timestamp", "valid_to": "timestamp"}
    always = ("1900-01-01", "9999-12-31")
    _table(
        marts,
        "marts.dim_use_cases",
        {
            "use_case_id": "varchar",
            "use_case_name": "varchar",
            "cost_centre_code": "varchar",
            "business_owner_id": "varchar",
        }
        | valid,
        [("UC-1", "Letters", "CC-2", "P1", *always)],
    )
    _table(
        marts,
        "marts.dim_cost_centres",
        {"cost_centre_code": "varchar", "cost_centre_name": "varchar", "department_code": "varchar"}
        | valid,
        [
            ("CC-1", "Before", "OLD", "1900-01-01", "2026-05-01"),
            ("CC-1", "After", "NEW", "2026-05-01", "9999-12-31"),
            ("CC-2", "Other", "TWO", *always),
        ],
    )

    def budget(
        scope: str, centre: str | None, use_case: str | None, month: str, status: str
    ) -> tuple[Any, ...]:
        return (scope, centre, use_case, "1", "2", "1", "1", "2", "GBP", month, status, "over budget")  # fmt: skip

    _table(
        marts,
        "marts.fct_budget_variance",
        {
            "budget_scope": "varchar",
            "cost_centre_code": "varchar",
            "use_case_id": "varchar",
            "budget_amount": MONEY,
            "actual_cost": MONEY,
            "variance_amount": MONEY,
            "budget_year_to_date": MONEY,
            "actual_year_to_date": MONEY,
            "reporting_currency": "varchar",
            "accounting_month": "date",
            "period_status": "varchar",
            "budget_status": "varchar",
        },
        [
            budget("cost centre", "CC-1", None, "2026-05-01", "open"),
            budget("cost centre", "CC-1", None, "2026-04-01", "provisional"),
            budget("cost centre", "CC-2", None, "2026-04-01", "closed"),
            budget("cost centre", "CC-9", None, "2026-05-01", "open"),
            budget("use case", None, "UC-1", "2026-05-01", "open"),
        ],
    )
    told = {
        event.subject: (event.department_code, event.persons) for event in events._budgets(marts)
    }
    assert told == {
        "cost centre | CC-1 | - | GBP | 2026-05": ("NEW", ()),
        "cost centre | CC-1 | - | GBP | 2026-04": ("OLD", ()),
        "cost centre | CC-9 | - | GBP | 2026-05": (None, ()),
        "use case | - | UC-1 | GBP | 2026-05": ("TWO", ("P1",)),
    }


def test_a_delivery_in_quarantine_is_told_of_once_with_its_first_fault(
    marts: duckdb.DuckDBPyConnection,
) -> None:
    _table(
        marts,
        "raw.quarantine",
        {
            "delivery_id": "varchar",
            "platform": "varchar",
            "source_table": "varchar",
            "file": "varchar",
            "row_number": "bigint",
            "column_name": "varchar",
            "reason": "varchar",
            "remedy": "varchar",
        },
        [
            ("d1", "aws", "t", "a.csv", 7, "cost", "later", "r"),
            ("d1", "aws", "t", "a.csv", 3, "cost", "first", "r"),
            ("d2", None, None, "b.csv", None, None, "unknown", "r"),
        ],
    )
    found = {event.subject: event.facts for event in events._quarantine(marts)}
    assert (found["d1"]["row"], found["d1"]["reason"], found["d1"]["fault_count"]) == (
        3,
        "first",
        2,
    )
    assert found["d2"]["row"] is None


@pytest.mark.parametrize(
    ("checks", "told"),
    [
        ([], []),
        (["unsettled_source"], []),
        (["unsettled_source", "invoice_difference"], ["invoice_difference, unsettled_source"]),
        (["invoice_difference", "invoice_difference"], ["invoice_difference"]),
    ],
)
def test_the_earliest_ended_month_is_blocked_by_more_than_a_bill_that_may_change(
    marts: duckdb.DuckDBPyConnection,
    monkeypatch: pytest.MonkeyPatch,
    checks: list[str],
    told: list[str],
) -> None:
    monkeypatch.setattr(
        events, "find_blocks", lambda connection, month: [Block(c, str(month), "") for c in checks]
    )
    found = list(events._close_blocked(marts))
    assert [event.state for event in found] == told
    assert all(event.subject == "2026-04" for event in found)
