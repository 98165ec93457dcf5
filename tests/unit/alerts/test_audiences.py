"""Who is told of what."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orchestration.alerts.audiences import read_audiences, recipients
from orchestration.alerts.events import Event
from orchestration.settings import Settings
from tests.unit.alerts import some_events


@pytest.mark.parametrize(
    ("event", "told"),
    [
        (some_events.UNALLOCATED, ["finops"]),
        (some_events.ANOMALY, ["P1"]),
        (replace(some_events.ANOMALY, persons=("P9",)), ["finops"]),
        (some_events.SANDBOX, ["P1"]),
        (replace(some_events.SANDBOX, persons=("P9",)), ["claims"]),
        (replace(some_events.SANDBOX, persons=(), department_code="XXX"), ["finops"]),
        (some_events.BUDGET, ["claims"]),
        (some_events.STALE, ["operations"]),
        (some_events.QUARANTINED, ["operations"]),
        (some_events.FAILED, ["operations"]),
        (some_events.BLOCKED, ["finops"]),
        (some_events.STATEMENT, ["P1"]),
        (replace(some_events.STATEMENT, persons=()), ["claims"]),
    ],
    ids=lambda value: value.kind if isinstance(value, Event) else "-".join(value),
)
def test_the_person_is_told_else_the_department_else_the_team(
    settings: Settings, event: Event, told: list[str]
) -> None:
    found = recipients(event, read_audiences(settings))
    assert [audience.audience_id for audience in found] == told


def test_one_team_stands_in_for_the_other(settings: Settings) -> None:
    audiences = [entry for entry in read_audiences(settings) if entry.kind != "operations"]
    assert [a.audience_id for a in recipients(some_events.FAILED, audiences)] == ["finops"]
    assert recipients(some_events.FAILED, []) == []


def test_an_address_in_the_register_goes_nowhere(settings: Settings) -> None:
    path = settings.seeds / "audiences.csv"
    path.write_text(path.read_text().replace("NOTIFY_FINOPS", "json://secret@host"))
    assert read_audiences(settings)[0].variable is None
