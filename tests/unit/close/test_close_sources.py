"""dbt's source `closes` is what the close writes: the marts' columns, without those that the close itself settles."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
import yaml

from orchestration.close.archive import SOURCES_FILE, archived_tables, source_tables
from orchestration.close.dbt_sources import sources_yaml
from orchestration.close.views import create_close_views
from orchestration.landing.contracts import load_contracts
from orchestration.settings import PROJECT_ROOT
from tests.support.compiled_project import CompiledProject


def test_the_written_source_is_in_step_with_the_marts() -> None:
    assert SOURCES_FILE.read_text(encoding="utf-8") == sources_yaml(), (
        "run `python -m orchestration.close.dbt_sources`"
    )


def test_staging_reads_every_archived_column(compiled_project: CompiledProject) -> None:
    """A column that a mart gains must not be lost when its month is closed."""
    staged = {
        "ledger": "stg_closes__ledger",
        "recomputed_ledger": "stg_closes__recomputed_ledger",
        "journal": "stg_closes__journal_lines",
        "proof": "stg_closes__proofs",
    }
    for table in source_tables().values():
        model = staged.get(table.name, f"stg_closes__{table.name}")
        assert {name for name, _ in table.file_columns} <= set(compiled_project.column_types(model))


def test_without_closes_every_table_is_there_typed_and_empty(tmp_path: Path) -> None:
    with duckdb.connect(":memory:") as connection:
        create_close_views(connection, tmp_path / "closes")
        for table in source_tables().values():
            described = connection.execute(f"describe closes.{table.name}").fetchall()
            assert [row[0] for row in described] == [name for name, _ in table.columns]
            assert connection.execute(f"select count(*) from closes.{table.name}").fetchone() == (
                0,
            )


def test_every_bill_says_when_a_month_of_it_is_settled() -> None:
    without = [
        table.qualified
        for table in load_contracts()
        if table.role == "bill" and table.settles_after_days is None
    ]
    assert without == []


def _mart_columns() -> dict[str, set[str]]:
    return {
        model["name"]: {column["name"] for column in model["columns"]}
        for path in (PROJECT_ROOT / "models" / "marts").rglob("*__models.yml")
        for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models") or ()
    }


@pytest.mark.parametrize("mart", sorted(_mart_columns()))
def test_every_mart_that_shows_a_month_says_how_final_it_is(mart: str) -> None:
    columns = _mart_columns()[mart]
    if "accounting_month" in columns:
        assert "period_status" in columns
    if "x_accounting_month" in columns:
        assert "x_period_status" in columns


def test_every_archived_table_has_its_month() -> None:
    assert archived_tables()
    for table in archived_tables():
        assert "accounting_month" in {name for name, _ in table.columns}
