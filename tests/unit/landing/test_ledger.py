"""Which delivery is newer, and which is in force."""

from __future__ import annotations

from orchestration.landing.contracts import Column, Replaces, Table
from orchestration.landing.ledger import current_scopes, statuses
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
