"""A company to land files for, and the vendors' own examples where a machine has them."""

import os
from pathlib import Path

import pytest

from orchestration.settings import PROJECT_ROOT, Settings
from tests.integration.sources.company import Company
from tests.support.compiled_project import CompiledProject


@pytest.fixture
def company(tmp_path: Path, compiled_project: CompiledProject) -> Company:
    """A company without a file yet."""
    settings = Settings(
        project_root=PROJECT_ROOT,
        landing=tmp_path / "landing",
        seeds=tmp_path / "seeds",
        warehouse=tmp_path / "warehouse",
        pseudonym_key="a key of these tests",
    )
    settings.landing.mkdir()
    settings.seeds.mkdir()
    return Company(settings, compiled_project)


@pytest.fixture
def samples() -> Path:
    """Vendors' example responses, a folder per vendor; they are not part of the project."""
    folder = os.environ.get("CHARGEBACK_SAMPLES_DIR")
    if not folder:
        pytest.skip("CHARGEBACK_SAMPLES_DIR names no folder of vendors' own examples: not checked")
    return Path(folder)
