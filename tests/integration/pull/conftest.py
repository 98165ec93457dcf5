"""A company without files, and a patience that fits a test."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from orchestration.landing import land
from orchestration.pull.client import Patience
from orchestration.settings import PROJECT_ROOT, Settings

# Looked for in everything that a pull leaves or says.
KEY = "sk-admin-CANARY0123456789abcdefghij"

IMPATIENT = Patience(
    attempts=3,
    first_wait=0.01,
    longest_wait=1,
    read_timeout=5,
    report_wait=0.01,
    report_deadline=0.05,
)

Rows = Callable[[str], list[tuple]]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """An empty landing folder, registers and warehouse."""
    for name in ("landing", "seeds"):
        (tmp_path / name).mkdir()
    return Settings(
        PROJECT_ROOT, tmp_path / "landing", tmp_path / "seeds", tmp_path / "warehouse", "a key"
    )


@pytest.fixture
def landed_rows(settings: Settings) -> Rows:
    """Land, refuse anything in quarantine, and ask the warehouse."""

    def rows(query: str) -> list[tuple]:
        result = land(settings)
        assert not result.quarantined, [fault.sentence() for fault in result.faults]
        with duckdb.connect(str(settings.work_file), read_only=True) as connection:
            return connection.execute(query).fetchall()

    return rows


def pulled_files(settings: Settings) -> list[str]:
    """What stands in the landing folder, hidden files left out."""
    return sorted(
        path.relative_to(settings.landing).as_posix()
        for path in settings.landing.rglob("*")
        if path.is_file()
        and not any(p.startswith(".") for p in path.relative_to(settings.landing).parts)
    )
