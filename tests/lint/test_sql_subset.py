"""Every model and macro keeps to the SQL that DuckDB and Spark share."""

from pathlib import Path

import pytest

from tests.lint.sql_subset import compiled_violations, source_violations
from tests.support.compiled_project import CompiledProject

REPOSITORY = Path(__file__).parents[2]
SOURCES = sorted((*REPOSITORY.glob("models/**/*.sql"), *REPOSITORY.glob("macros/**/*.sql")))


@pytest.mark.parametrize("file", SOURCES, ids=lambda file: file.stem)
def test_source(file: Path) -> None:
    assert source_violations(file.read_text(encoding="utf-8")) == []


def test_compiled_models(compiled_project: CompiledProject) -> None:
    found = {model.name: compiled_violations(model.sql) for model in compiled_project.models}
    assert {name: violations for name, violations in found.items() if violations} == {}
