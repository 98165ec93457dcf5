"""Alerts of a whole company: from its published marts, its ledger and its builds to a server on this machine."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from orchestration import build as building
from orchestration.alerts import run, send_alerts, send_statements
from orchestration.alerts.events import Event
from orchestration.alerts.record import Record
from orchestration.alerts.run import Result
from orchestration.settings import Settings
from tests.end_to_end.company import Company
from tests.support.loopback import Loopback, loopback_server

NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    with loopback_server() as server:
        yield server


@pytest.fixture
def own_settings(settings: Settings, tmp_path: Path) -> Settings:
    """The published company with an audience, in a warehouse that the test may spoil."""
    warehouse = shutil.copytree(settings.warehouse, tmp_path / "warehouse", symlinks=True)
    seeds = shutil.copytree(settings.seeds, tmp_path / "seeds")
    (seeds / "audiences.csv").write_text(
        "audience_id,kind,department_code,access_group,notify_target\nteam,finops,,,TEAM\n",
        encoding="utf-8",
    )
    return replace(settings, warehouse=warehouse, seeds=seeds)


def _tell(settings: Settings, loopback: Loopback) -> Result:
    return send_alerts(settings, clock=lambda: NOW, environment={"TEAM": loopback.address})


def test_what_stands_is_told_once_and_kept_beside_the_figures(
    own_settings: Settings, loopback: Loopback
) -> None:
    result = _tell(own_settings, loopback)
    assert "Stale feed: 1 feed" in loopback.titles
    assert result.undelivered == []
    # The register is newer than the build: whether a month may close is not known, and that is said.
    assert any("registers have changed" in note for note in result.notes)
    assert _tell(own_settings, loopback).messages == []
    assert {entry.outcome for entry in Record(own_settings).entries} == {"delivered"}


def test_a_build_that_fails_is_told_of_and_cleared_by_one_that_passes(
    own_settings: Settings, loopback: Loopback
) -> None:
    published = own_settings.published_file.read_bytes()
    # A folder without a dbt project: the build fails at once, as it does on a model that is no SQL.
    outcome = building.build(replace(own_settings, project_root=own_settings.seeds), _no_progress)
    assert not outcome.passed
    _tell(own_settings, loopback)
    assert "The build failed: nothing was published" in loopback.titles
    assert own_settings.published_file.read_bytes() == published
    told = len(loopback.received)
    _tell(own_settings, loopback)
    assert len(loopback.received) == told
    building.write_build_record(own_settings, [])
    _tell(own_settings, loopback)
    outcomes = [e.outcome for e in Record(own_settings).entries if e.kind == "failed_build"]
    assert outcomes == ["delivered", "cleared"]


def test_a_build_that_was_killed_is_told_of(
    own_settings: Settings, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(building, "create_comparison_view", _killed)
    with pytest.raises(KeyboardInterrupt):
        building.build(own_settings, _no_progress)
    _tell(own_settings, loopback)
    (message,) = [m for m in loopback.received if m["title"].startswith("The build failed")]
    assert "The build began and did not end" in message["message"]


def test_errors_of_the_registers_are_told_of(own_settings: Settings, loopback: Loopback) -> None:
    (own_settings.seeds / "departments.csv").unlink()
    _tell(own_settings, loopback)
    (message,) = [m for m in loopback.received if m["title"].startswith("The build failed")]
    assert "departments.csv: the file is missing" in message["message"]


def test_a_company_without_a_publication_is_told_of_what_there_is(
    own_settings: Settings, loopback: Loopback
) -> None:
    shutil.rmtree(own_settings.warehouse)
    result = _tell(own_settings, loopback)
    assert any("Nothing has been published yet" in note for note in result.notes)
    assert result.messages == []


def test_each_department_is_told_once_where_its_statement_is(
    own_settings: Settings, loopback: Loopback
) -> None:
    def send() -> Result:
        return send_statements(
            own_settings, clock=lambda: NOW, environment={"TEAM": loopback.address}
        )

    sent = send()
    assert sent.messages and sent.undelivered == []
    for message in loopback.received:
        link = message["message"].split("Look: ")[1].strip()
        assert Path(link).is_file()
    assert send().messages == []
    assert {entry.kind for entry in Record(own_settings).entries} == {"statement"}


def test_a_month_that_was_closed_since_is_told_of_once_more(
    own_settings: Settings, loopback: Loopback, monkeypatch: pytest.MonkeyPatch
) -> None:
    periods = [(date(2026, 6, 1), "provisional")]

    def send() -> list[str]:
        monkeypatch.setattr(run, "_statements", _one_statement)
        monkeypatch.setattr(run, "_ended_months", lambda settings: periods)
        result = send_statements(
            own_settings, clock=lambda: NOW, environment={"TEAM": loopback.address}
        )
        return [f"{m.events[0].subject} {m.events[0].state}" for m, _ in result.messages]

    assert send() == ["2026-06 | D provisional"]
    periods[:] = [(date(2026, 7, 1), "provisional"), (date(2026, 6, 1), "closed")]
    assert send() == ["2026-07 | D provisional", "2026-06 | D closed"]
    assert send() == []


def _one_statement(settings: Settings, month: date, status: str) -> Iterator[Event]:
    facts = {
        "month": month,
        "status": status,
        "department": "D",
        "total": Decimal("1.00"),
        "currency": "EUR",
        "path": Path("D.html"),
    }
    yield Event("statement", f"{month:%Y-%m} | D", status, facts)


def test_the_command_prints_and_leaves_nothing_behind(published_company: Company) -> None:
    printed = published_company.chargeback("alerts", "--dry-run")
    assert "To: nobody (audiences.csv names nobody for it)" in printed
    assert "nothing was sent or recorded" in printed
    assert not (published_company.warehouse / "alerts").exists()


def _no_progress(step: int, steps: int, description: str) -> None:
    pass


def _killed(settings: Settings) -> None:
    raise KeyboardInterrupt
