from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from orchestration.settings import Settings
from tests.support.loopback import Loopback, loopback_server


@pytest.fixture
def loopback() -> Iterator[Loopback]:
    with loopback_server() as server:
        yield server


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A company of which nothing is there but a register of audiences."""
    seeds = tmp_path / "seeds"
    seeds.mkdir()
    (seeds / "audiences.csv").write_text(
        "audience_id,kind,department_code,access_group,notify_target\n"
        "finops,finops,,,NOTIFY_FINOPS\n"
        "operations,operations,,,NOTIFY_OPERATIONS\n"
        "claims,department,CLM,,NOTIFY_CLAIMS\n"
        "P1,person,,,NOTIFY_P1\n",
        encoding="utf-8",
    )
    return Settings(tmp_path, tmp_path / "landing", seeds, tmp_path / "warehouse", "key")
