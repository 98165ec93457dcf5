"""What several folders of tests share."""

from pathlib import Path

import pytest

from tests.support.compiled_project import CompiledProject


@pytest.fixture(scope="session")
def compiled_project(tmp_path_factory: pytest.TempPathFactory) -> CompiledProject:
    """This project's compiled SQL, compiled once for the session."""
    return CompiledProject.compiled(
        Path(__file__).parents[1], tmp_path_factory.mktemp("compiled_project")
    )
