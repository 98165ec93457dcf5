"""dbt on its own, as an analytics engineer runs it after a landing."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.company import PROJECT, Company, small_company


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Company:
    company = small_company(tmp_path_factory.mktemp("small"))
    company.chargeback("land")
    return company


def _digests(folder: Path) -> dict[str, str]:
    return {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.iterdir()
        if path.is_file()
    }


def test_dbt_build_runs_every_model_test_and_unit_test_and_leaves_the_registers_alone(
    company: Company,
) -> None:
    """dbt once wrote the SQL that a seed ran over the seed itself, because its folder is an absolute path."""
    before = _digests(company.seeds)
    built = subprocess.run(
        [
            Path(sys.executable).with_name("dbt"),
            *("--no-use-colors", "--log-path", company.folder / "logs"),
            *("build", "--profiles-dir", "profiles"),
        ],
        cwd=PROJECT,
        env=company.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stdout[-4000:]
    assert "unit tests" in built.stdout
    assert "ERROR=0" in built.stdout
    assert _digests(company.seeds) == before
