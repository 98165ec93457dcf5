"""The record of deliveries: what it keeps, and what a crash leaves of it."""

from __future__ import annotations

import stat
from dataclasses import replace

from orchestration.alerts.record import CLEARED, DELIVERED, Entry, Record
from orchestration.settings import Settings

TOLD = Entry("2026-05-04T07:00:00+00:00", "budget", "CC-1", "over", "finops", "NOTIFY", DELIVERED)


def test_an_event_is_told_in_the_state_last_delivered(settings: Settings) -> None:
    Record(settings).append([TOLD])
    record = Record(settings)
    assert record.is_told("budget", "CC-1", "over", "finops")
    assert not record.is_told("budget", "CC-1", "worse", "finops")
    assert not record.is_told("budget", "CC-1", "over", "operations")
    assert not record.is_told("budget", "CC-2", "over", "finops")


def test_what_failed_or_is_over_is_not_told(settings: Settings) -> None:
    for outcome in ("failed", CLEARED):
        record = Record(settings)
        record.append([TOLD, replace(TOLD, outcome=outcome)])
        assert not record.is_told("budget", "CC-1", "over", "finops")


def test_a_line_that_a_crash_cut_short_counts_for_nothing_and_spoils_nothing(
    settings: Settings,
) -> None:
    Record(settings).append([TOLD])
    path = Record(settings).path
    whole = path.read_bytes()
    for length in range(1, len(whole), 20):
        path.write_bytes(whole + whole[:length])
        record = Record(settings)
        assert record.entries == [TOLD]
        record.append([replace(TOLD, subject="CC-2")])
        assert [entry.subject for entry in Record(settings).entries] == ["CC-1", "CC-2"]
        path.write_bytes(whole)


def test_only_its_owner_reads_the_record(settings: Settings) -> None:
    record = Record(settings)
    record.append([TOLD])
    assert stat.S_IMODE(record.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(record.path.parent.stat().st_mode) == 0o700
