"""A close that is killed at any instant has happened whole, or not at all."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys

import pytest

from orchestration.close.closed import read_closes
from orchestration.close.verify import verify_closes
from orchestration.settings import PROJECT_ROOT, Settings
from tests.end_to_end.closing_company import closing_company
from tests.end_to_end.company import PROJECT, Company

TRIED = 25


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    company = closing_company(tmp_path_factory.mktemp("crashing"))
    company.chargeback("run")
    return company


def _close(company: Company, instant: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "tests.end_to_end.close_process", "2026-05", str(instant)],
        cwd=PROJECT,
        env=company.environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_killed_close_is_whole_or_has_not_happened(company: Company) -> None:
    settings = Settings(PROJECT_ROOT, company.landing, company.seeds, company.warehouse, "a key")
    living = _close(company, 0)
    assert living.returncode == 0, living.stderr
    count = int(living.stdout)
    (whole,) = read_closes(settings.closes)

    closed = 0
    for instant in sorted({*range(1, count, max(1, count // TRIED)), *range(count - 4, count + 1)}):
        shutil.rmtree(settings.closes)
        died = _close(company, instant)
        assert died.returncode == -signal.SIGKILL, (instant, died.stderr)
        closes = read_closes(settings.closes)
        assert [close.close_id for close in closes] in ([], [whole.close_id]), instant
        assert all(not verified.faults for verified in verify_closes(settings)), instant
        closed += len(closes)
        settings.closes.mkdir(exist_ok=True)
    assert 0 < closed < count, "the instants lie on both sides of the one that closes"

    # What a killed one leaves is in nobody's way: the month closes as if nothing had been.
    shutil.rmtree(settings.closes)
    assert _close(company, count // 2).returncode == -signal.SIGKILL
    assert list((settings.closes / "2026-05").iterdir())
    assert _close(company, 0).returncode == 0
    assert [path.name for path in (settings.closes / "2026-05").iterdir()] == [whole.close_id]
