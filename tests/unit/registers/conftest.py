from pathlib import Path

import pytest

from tests.unit.registers.folder import RegisterFolder


@pytest.fixture
def registers(tmp_path: Path) -> RegisterFolder:
    return RegisterFolder.clean(tmp_path)
