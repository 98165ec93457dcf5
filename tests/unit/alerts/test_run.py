"""One event is told once in each state; what failed is told again; nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from orchestration.alerts import run, send_alerts, send_digest
from orchestration.alerts.events import Event, Found
from orchestration.alerts.record import Record
from orchestration.alerts.run import NO_AUDIENCE, Result
from orchestration.settings import Settings
from tests.support.loopback import SECRET, Loopback
from tests.unit.alerts import some_events
from tests.unit.alerts.some_events import changed

NOON = datetime(2026, 5, 18, 12, tzinfo=UTC)
VARIABLES = ("NOTIFY_FINOPS", "NOTIFY_OPERATIONS", "NOTIFY_CLAIMS", "NOTIFY_P1")


class Company:
    """A company whose events a test sets; everything else is real."""

    def __init__(
        self, settings: Settings, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.settings, self.loopback = settings, loopback
        self.events: Sequence[Event] = ()
        self.looked_for = {event.kind for event in some_events.FULL}
        self.now = NOON
        self.environment = dict.fromkeys(VARIABLES, loopback.address)
        monkeypatch.setattr(run, "find_events", lambda settings, now: self.found())

    def found(self) -> Found:
        return Found(list(self.events), self.looked_for, [])

    def tell(self, *events: Event, is_dry: bool = False) -> Result:
        """Send alerts of exactly these events."""
        self.events = events
        return send_alerts(
            self.settings, is_dry=is_dry, clock=lambda: self.now, environment=self.environment
        )

    def digest(self, is_dry: bool = False) -> Result:
        return send_digest(
            self.settings, is_dry=is_dry, clock=lambda: self.now, environment=self.environment
        )

    @property
    def outcomes(self) -> list[str]:
        return [entry.outcome for entry in Record(self.settings).entries]


@pytest.fixture
def company(settings: Settings, loopback: Loopback, monkeypatch: pytest.MonkeyPatch) -> Company:
    return Company(settings, loopback, monkeypatch)


def test_an_event_is_told_once(company: Company) -> None:
    company.tell(some_events.BUDGET)
    again = company.tell(some_events.BUDGET)
    assert company.loopback.titles == ["Over budget: 1 of cost centres and use cases"]
    assert again.messages == []
    (entry,) = Record(company.settings).entries
    assert (entry.at, entry.audience_id, entry.notify_target, entry.outcome) == (
        "2026-05-18T12:00:00+00:00", "claims", "NOTIFY_CLAIMS", "delivered",
    )  # fmt: skip


def test_a_change_of_state_is_told_80_and_then_100_per_cent(company: Company) -> None:
    company.tell(some_events.SANDBOX)
    company.tell(some_events.SANDBOX)
    company.tell(changed(some_events.SANDBOX, "100 %"))
    company.tell(changed(some_events.SANDBOX, "100 %"))
    assert len(company.loopback.received) == 2
    assert "80 % of the cap" in company.loopback.received[0]["message"]
    assert "used up (100 %)" in company.loopback.received[1]["message"]


def test_what_is_over_is_told_anew_when_it_comes_back(company: Company) -> None:
    company.tell(some_events.QUARANTINED)
    company.tell()
    company.tell()
    company.tell(some_events.QUARANTINED)
    assert len(company.loopback.received) == 2
    assert company.outcomes == ["delivered", "cleared", "delivered"]


def test_what_could_not_be_looked_for_is_not_over(company: Company) -> None:
    company.tell(some_events.QUARANTINED)
    company.looked_for = set()
    company.tell()
    company.looked_for = {"quarantine"}
    company.tell(some_events.QUARANTINED)
    assert len(company.loopback.received) == 1


def test_a_failed_delivery_is_recorded_and_tried_again(company: Company) -> None:
    company.loopback.status = 500
    failed = company.tell(some_events.FAILED)
    assert [outcome for _, outcome in failed.undelivered] == ["failed"]
    company.tell(some_events.FAILED)
    company.loopback.status = 200
    company.tell(some_events.FAILED)
    company.tell(some_events.FAILED)
    assert company.outcomes == ["failed", "failed", "delivered"]
    assert len(company.loopback.received) == 1


def test_one_audience_that_fails_keeps_none_of_the_others_waiting(company: Company) -> None:
    company.environment["NOTIFY_CLAIMS"] = f"nosuch://{SECRET}"
    company.tell(some_events.BUDGET, some_events.FAILED)
    assert company.loopback.titles == ["The build failed: nothing was published"]


def test_a_crash_between_sending_and_recording_tells_twice_and_never_not_at_all(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as crash:
        crash.setattr(Record, "append", _killed)
        with pytest.raises(KeyboardInterrupt):
            company.tell(some_events.FAILED)
    company.tell(some_events.FAILED)
    company.tell(some_events.FAILED)
    assert len(company.loopback.received) == 2


def _killed(record: Record, entries: object) -> None:
    if entries:
        raise KeyboardInterrupt


def test_a_dry_run_shows_everything_and_sends_and_records_nothing(company: Company) -> None:
    dry = company.tell(*some_events.FULL[:10], is_dry=True)
    assert {message.kind for message, _ in dry.messages} == {
        event.kind for event in some_events.FULL[:10]
    }
    assert all(outcome is None for _, outcome in dry.messages)
    assert company.loopback.received == []
    assert not Record(company.settings).path.exists()


def test_an_unset_variable_is_reported_each_time_and_recorded_once(company: Company) -> None:
    company.environment.clear()
    for _ in range(2):
        result = company.tell(some_events.FAILED)
        assert [outcome for _, outcome in result.undelivered] == ["NOTIFY_OPERATIONS is not set"]
    assert company.outcomes == ["NOTIFY_OPERATIONS is not set"]
    company.environment["NOTIFY_OPERATIONS"] = company.loopback.address
    assert company.tell(some_events.FAILED).undelivered == []


def test_without_audiences_nobody_is_told_and_that_is_said(company: Company) -> None:
    (company.settings.seeds / "audiences.csv").unlink()
    result = company.tell(some_events.FAILED)
    assert [outcome for _, outcome in result.undelivered] == [NO_AUDIENCE]


def test_no_secret_reaches_the_record(company: Company) -> None:
    company.tell(some_events.BUDGET)
    company.loopback.status = 500
    company.tell(some_events.FAILED)
    text = Record(company.settings).path.read_text()
    assert SECRET not in text and "json://" not in text
    assert all(json.loads(line) for line in text.splitlines())


def test_events_of_a_kind_go_to_an_audience_in_one_message(company: Company) -> None:
    company.tell(some_events.STALE, some_events.SILENT)
    assert company.loopback.titles == ["Stale feed: 2 feeds"]
    assert company.outcomes == ["delivered", "delivered"]


def test_a_digest_goes_out_once_a_week_even_where_nothing_stands(company: Company) -> None:
    company.digest()
    company.now += timedelta(days=1)
    company.digest()
    assert company.loopback.titles == ["Weekly digest of AI cost, week 21 of 2026"] * 2
    company.now += timedelta(days=7)
    company.digest()
    assert len(company.loopback.received) == 4


def test_a_digest_tells_a_department_of_its_own_and_the_teams_of_everything(
    company: Company,
) -> None:
    company.events = [some_events.BUDGET, some_events.QUARANTINED]
    sent = {message.audience_id: message.body for message, _ in company.digest().messages}
    assert set(sent) == {"finops", "operations", "claims"}
    assert "In quarantine" in sent["finops"] and "Over budget" in sent["finops"]
    assert "In quarantine" not in sent["claims"] and "Over budget" in sent["claims"]


def test_a_digest_names_what_nobody_could_be_told(company: Company) -> None:
    del company.environment["NOTIFY_OPERATIONS"]
    company.tell(some_events.FAILED)
    sent = {message.audience_id: message.body for message, _ in company.digest().messages}
    assert "failed_build build to operations: NOTIFY_OPERATIONS is not set" in sent["finops"]
