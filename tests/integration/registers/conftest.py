"""A dbt project of nothing but the registers, so that a build of it takes seconds."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest

from orchestration.landing.contracts import load_contracts
from orchestration.registers import init

REPOSITORY = Path(__file__).parents[3]
SINGULAR = (
    "split_shares_sum_to_one_hundred",
    "no_two_rules_have_equal_right",
    "every_splitting_rule_has_its_split",
)
DIMENSIONS = ("dim_departments", "dim_cost_centres", "dim_use_cases")


@dataclass(frozen=True)
class RegisterProject:
    """A copy of the project's register layer with a registers folder and a warehouse of its own."""

    folder: Path

    @property
    def seeds(self) -> Path:
        return self.folder / "company" / "seeds"

    def write(self, name: str, text: str) -> None:
        self.seeds.joinpath(f"{name}.csv").write_bytes(text.encode())

    def append(self, name: str, *rows: Mapping[str, str]) -> None:
        """Add rows to a register, in the order of its columns."""
        with self.seeds.joinpath(f"{name}.csv").open("r+", encoding="utf-8", newline="") as file:
            columns = next(csv.reader(file))
            file.seek(0, os.SEEK_END)
            csv.DictWriter(file, columns, restval="", lineterminator="\n").writerows(rows)

    def land(self, name: str, rows: Sequence[Mapping[str, str]]) -> None:
        """Put rows into the raw table of a landed register."""
        with duckdb.connect(self.folder / "chargeback.duckdb") as connection:
            for row in rows:
                places = ", ".join("?" * len(row))
                connection.execute(
                    f"insert into raw.registers__{name} ({', '.join(row)}) values ({places})",
                    list(row.values()),
                )

    def build(self) -> str:
        """Run `dbt build` and return what it printed."""
        outcome = subprocess.run(
            [sys.executable, "-m", "dbt.cli.main", "build", "--profiles-dir", "profiles"],
            cwd=self.folder,
            env={
                **os.environ,
                "CHARGEBACK_SEEDS": str(self.seeds),
                "CHARGEBACK_WAREHOUSE": str(self.folder),
                "DBT_TARGET_PATH": str(self.folder / "target"),
                "DO_NOT_TRACK": "1",
            },
            capture_output=True,
            text=True,
            check=False,
        )
        return outcome.stdout + outcome.stderr

    def rows(self, sql: str) -> list[tuple]:
        with duckdb.connect(self.folder / "chargeback.duckdb", read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def make_project(tmp_path: Path) -> Callable[[], RegisterProject]:
    def make() -> RegisterProject:
        project = RegisterProject(tmp_path / "project")
        _copy(project.folder)
        init(project.folder / "company", contracts=[])
        with duckdb.connect(project.folder / "chargeback.duckdb") as connection:
            connection.execute("create schema raw")
            for table in load_contracts():
                if table.platform == "registers":
                    columns = ", ".join(f'"{name}" varchar' for name in table.raw_columns)
                    connection.execute(f"create table raw.{table.qualified} ({columns})")
        return project

    return make


def _copy(folder: Path) -> None:
    for name in ("macros", "profiles", "models/staging/registers", "tests/generic"):
        shutil.copytree(REPOSITORY / name, folder / name)
    shutil.copy(REPOSITORY / "dbt_project.yml", folder)
    (folder / "tests" / "singular").mkdir()
    for test in SINGULAR:
        shutil.copy(
            REPOSITORY / "tests" / "singular" / f"{test}.sql", folder / "tests" / "singular"
        )
    marts = folder / "models" / "marts" / "core"
    marts.mkdir(parents=True)
    for model in DIMENSIONS:
        shutil.copy(REPOSITORY / "models" / "marts" / "core" / f"{model}.sql", marts)
    _copy_properties(REPOSITORY / "models/marts/core/_core_dimensions__models.yml", marts)


def _copy_properties(source: Path, target: Path) -> None:
    """The contracts of the copied dimensions alone: dbt warns about properties of models that are not there."""
    blocks = source.read_text(encoding="utf-8").split("  - name: dim_")
    kept = [block for block in blocks[1:] if f"dim_{block.splitlines()[0]}" in DIMENSIONS]
    text = "models:\n" + "".join(f"  - name: dim_{block}" for block in kept)
    (target / source.name).write_text(text, encoding="utf-8")
