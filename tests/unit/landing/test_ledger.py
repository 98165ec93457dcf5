"""Which delivery is newer, and which is in force."""

from __future__ import annotations

from dataclasses import replace

from orchestration.landing.contracts import Column, Replaces, Table
from orchestration.landing.ledger import (
    column_changes,
    column_fillings,
    current_scopes,
    source_days,
    statuses,
)
from orchestration.landing.measures import Filling
from orchestration.landing.rawzone import Delivery, newest_first

TABLE = Table(
    "acme", "bill", "", "bill", (), "tabular", "file", Replaces("month", "at"), (Column("at"),)
)


def delivery(name: str, sequence: int, delivered_at: str | None, *scopes: str) -> Delivery:
    return Delivery(
        delivery_id=name, platform="acme", table="bill", role="bill", identity=name, fingerprint="",
        arrived_sequence=sequence, delivered_at=delivered_at, content_from=None, content_to=None, row_count=1,
        money_rounding="0", columns=(), unknown_columns=(), scopes=scopes, overlaps=(), files=(),
    )  # fmt: skip


def test_a_time_beats_arrival_and_arrival_orders_what_has_no_time() -> None:
    deliveries = [
        delivery("july", 1, "2026-07-01 00:00:00"),
        delivery("june", 2, "2026-06-01 00:00:00"),
        delivery("undated after both", 3, None),
        delivery("august", 4, "2026-08-01 00:00:00"),
        delivery("late july", 5, "2026-07-02 00:00:00"),
    ]
    assert [d.delivery_id for d in newest_first(deliveries)] == [
        "august",
        "late july",
        "undated after both",
        "july",
        "june",
    ]


def test_each_scope_has_the_newest_delivery_that_tells_of_it() -> None:
    deliveries = [
        delivery("a", 1, None, "2026-05", "2026-06"),
        delivery("b", 2, None, "2026-06"),
        delivery("c", 3, None, "2026-05"),
        delivery("empty", 4, None),
    ]
    scopes = current_scopes([TABLE], deliveries)
    assert scopes == {"acme__bill": {"2026-05": "c", "2026-06": "b"}}
    assert statuses(deliveries, scopes) == {
        "a": "superseded",
        "b": "current",
        "c": "current",
        "empty": "current",
    }


def test_a_delivery_is_compared_with_the_one_before_it_in_its_series() -> None:
    def columns(
        name: str, sequence: int, day: str, headers: tuple[str, ...] | None, *unknown: str
    ) -> Delivery:
        return replace(
            delivery(name, sequence, None, day),
            content_to=day,
            headers=headers,
            unknown_columns=unknown,
            series="north" if name.startswith("north") else "",
        )

    deliveries = [
        columns("may", 1, "2026-05-31", ("at", "region"), "Note"),
        columns("north", 2, "2026-05-31", ("at",)),
        columns("july, as JSON", 3, "2026-07-31", None, "Note"),
        columns("june", 4, "2026-06-30", ("at", "tags"), "Note", "Zone"),
        replace(columns("empty", 5, "2026-08-31", ()), row_count=0),
    ]
    assert column_changes(deliveries) == [
        ("june", "tags", True, "new"),
        ("june", "region", True, "gone"),
        ("june", "Zone", False, "new"),
        ("july, as JSON", "Zone", False, "gone"),
    ]


def test_cells_are_counted_by_month_over_deliveries() -> None:
    table = replace(TABLE, columns=(Column("at"), Column("invoice", volatile=True)))
    cells = {"at": 2, "invoice": 1}
    deliveries = [
        replace(
            delivery("a", 1, None), fillings=(Filling("2026-05", 2, cells), Filling(None, 9, cells))
        ),
        replace(delivery("b", 2, None), fillings=(Filling("2026-05", 3, {"at": 0, "invoice": 0}),)),
        replace(
            delivery("seats", 3, None), table="seats", fillings=(Filling("2026-05", 3, cells),)
        ),
    ]
    assert column_fillings([table], deliveries) == [("acme__bill", "2026-05-01", "at", 5, 2)]


def test_runs_of_days_are_kept_where_the_contract_says_how_often_there_is_something() -> None:
    deliveries = [
        replace(delivery("a", 1, None), days=(("2026-05-01", "2026-05-02"),)),
        replace(
            delivery("b", 2, None),
            days=(("2026-05-03", "2026-05-03"), ("2026-05-06", "2026-05-06")),
        ),
        replace(delivery("c", 3, None), series="x", days=(("2026-05-03", "2026-05-03"),)),
    ]
    assert source_days([TABLE], deliveries) == []
    assert source_days([replace(TABLE, every="day")], deliveries) == [
        ("acme__bill", None, "day", "2026-05-01", "2026-05-03"),
        ("acme__bill", None, "day", "2026-05-06", "2026-05-06"),
        ("acme__bill", "x", "day", "2026-05-03", "2026-05-03"),
    ]
