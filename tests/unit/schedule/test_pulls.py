"""Pulls under Dagster: what does not answer is asked again, then fails its check and nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.end_to_end.closing_company import closing_company

dg = pytest.importorskip("dagster")

Asked = list[tuple[str | None, str | None]]


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """The days of each pull. Nobody answers, and waiting takes no time."""
    from orchestration.schedule import pulls

    company = closing_company(tmp_path)
    for name, value in company.environment.items():
        if name.startswith("CHARGEBACK_"):
            monkeypatch.setenv(name, value)
    asked: Asked = []

    def pull_all(
        settings: object, names: Sequence[str], first: str | None, last: str | None, echo: object
    ) -> list[str]:
        asked.append((first, last))
        return ["openai: 503"]

    monkeypatch.setattr(pulls, "pull_all", pull_all)
    monkeypatch.setattr(pulls, "configured_sources", lambda: ["openai"])
    monkeypatch.setattr(pulls, "_FIRST_WAIT_SECONDS", 0.01)
    return asked


def _pull(**run: object) -> dg.ExecuteInProcessResult:
    from orchestration.schedule.pulls import pulled

    with dg.DagsterInstance.ephemeral() as instance:
        return dg.materialize([pulled], instance=instance, **run)


def test_a_source_that_does_not_answer_is_asked_four_times_and_stops_nothing(asked: Asked) -> None:
    result = _pull(partition_key="2026-06-20")
    assert result.success
    assert asked == [(None, None)] * 4
    (check,) = result.get_asset_check_evaluations()
    assert not check.passed
    assert check.metadata["failures"].value == ["openai: 503"]


def test_a_range_of_days_is_pulled_as_one(asked: Asked) -> None:
    _pull(
        tags={
            "dagster/asset_partition_range_start": "2026-05-01",
            "dagster/asset_partition_range_end": "2026-05-31",
        }
    )
    assert set(asked) == {("2026-05-01", "2026-05-31")}
