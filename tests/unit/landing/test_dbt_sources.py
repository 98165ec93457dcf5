"""dbt's source files are what the contracts say."""

from __future__ import annotations

from orchestration.landing.contracts import load_contracts
from orchestration.landing.dbt_sources import source_files
from orchestration.settings import PROJECT_ROOT


def test_the_written_source_files_are_in_step() -> None:
    for path, text in source_files(load_contracts(), PROJECT_ROOT / "models").items():
        assert path.exists(), (
            f"run python -m orchestration.landing.dbt_sources: {path.name} is missing"
        )
        assert path.read_text(encoding="utf-8") == text, (
            f"run python -m orchestration.landing.dbt_sources: {path.name} is out of step"
        )
