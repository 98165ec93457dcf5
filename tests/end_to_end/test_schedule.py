"""A company under Dagster's own scheduler and queue: a day that dies three times, a late file, and a day without news.

`python -m benchmarks.simulated_quarter` lives through 90 days, with restatements and closes.
"""

from __future__ import annotations

import os
import shutil
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from orchestration import steps
from orchestration.settings import PROJECT_ROOT, Settings
from tests.end_to_end.company import Company
from tests.support.mart_differences import differences

pytest.importorskip("dagster")
pytest.importorskip("dagster_dbt")

FIRST_TICK = datetime(2026, 6, 10, 5, 1, tzinfo=UTC)


@pytest.fixture
def company(published_company: Company, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Company:
    """The same company before anything has landed. dbt has parsed the project already."""
    files = tmp_path / "files"
    shutil.copytree(published_company.landing.parent, files)
    shutil.copytree(published_company.folder / "target", tmp_path / "target")
    company = Company(tmp_path, files / "landing", files / "seeds")
    for name in [name for name in os.environ if name.startswith("CHARGEBACK_")]:
        monkeypatch.delenv(name)
    for name, value in company.environment.items():
        if name.startswith(("CHARGEBACK_", "DBT_")):
            monkeypatch.setenv(name, value)
    return company


def _die_in_build() -> None:
    def build(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    steps.build = build  # type: ignore[assignment]


def test_what_dagster_publishes_after_crashes_and_late_files_is_what_one_run_publishes(
    company: Company, published_company: Company, settings: Settings, tmp_path: Path
) -> None:
    from tests.support.dagster_clock import dagster_clock

    of_company = Settings(
        PROJECT_ROOT, company.landing, company.seeds, company.warehouse, settings.pseudonym_key
    )
    late = max(path for path in company.landing.rglob("*.csv"))
    shutil.move(late, tmp_path / "late")
    with dagster_clock(of_company) as clock:
        assert not clock.tick(FIRST_TICK - timedelta(days=1)), "schedules begin when they are seen"

        clock.kill_next_runs(_die_in_build, _die_in_build, _die_in_build)
        died = [run for run in clock.tick(FIRST_TICK) if run.job_name == "daily"]
        assert [run.status.value for run in died] == ["FAILURE"] * 3, "it is tried twice more"
        assert {run.tags["dagster/partition"] for run in died} == {"2026-06-09"}
        assert not company.published_file.exists()

        shutil.move(tmp_path / "late", late)
        lived = [
            run for run in clock.tick(FIRST_TICK + timedelta(days=1)) if run.job_name == "daily"
        ]
        assert [run.status.value for run in lived] == ["SUCCESS"]
        assert lived[0].tags["chargeback/publication"] == company.publication()["publication_id"]
        marts, rows, differing = differences(
            company.published_file, published_company.published_file
        )
        # What other tests have asked of that company: policies compared, and published since.
        asked = ("fct_policy_comparison", "fct_publications")
        assert (marts > 50, rows > 100) == (True, True)
        assert [mart for mart in differing if not mart.startswith(asked)] == []

        quiet = [
            run for run in clock.tick(FIRST_TICK + timedelta(days=2)) if run.job_name == "daily"
        ]
        assert [run.status.value for run in quiet] == ["SUCCESS"]
        assert clock.built(quiet[0]) == 0, "nothing has changed, so nothing is built"
        assert clock.built(lived[0]) > 300
