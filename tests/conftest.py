"""What several folders of tests share."""

import os
from pathlib import Path

import pytest

from tests.support.compiled_project import CompiledProject

# Suites have tests of their own; importing Great Expectations takes each process that lands seconds.
os.environ["CHARGEBACK_EXPECTATIONS"] = "off"


@pytest.fixture(scope="session")
def compiled_project(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    """This project's compiled SQL, compiled once for the session."""
    return CompiledProject.compiled(
        Path(__file__).parents[1], tmp_path_factory.mktemp("compiled_project")
    )
