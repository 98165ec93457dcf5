"""Compile a dbt project in a process of its own: `python -m … <project> <work folder>`.

dbt keeps its connection and its caches in globals; a child process leaves none behind. The work
folder gets `target/` (manifest with the compiled SQL) and a throw-away warehouse whose raw tables
and registers are empty but complete, so that macros that look at a relation's columns see every
optional one.
"""

import csv
import os
import sys
from pathlib import Path

import duckdb
from dbt.cli.main import dbtRunner

from tests.support.registers import SEED_COLUMNS


def compile_project(project: Path, work: Path) -> None:
    """Write `work/target/manifest.json`; raises RuntimeError with dbt's own words."""
    seeds, warehouse = work / "seeds", work / "warehouse"
    _write_empty_seeds(seeds)
    warehouse.mkdir()
    os.environ |= {
        "CHARGEBACK_SEEDS": str(seeds),
        "CHARGEBACK_WAREHOUSE": str(warehouse),
        "DBT_TARGET_PATH": str(work / "target"),
        "DO_NOT_TRACK": "1",
    }
    common = [
        *("--project-dir", str(project)),
        *("--profiles-dir", str(project / "profiles")),
        *("--log-path", str(work)),
    ]
    manifest = _invoke(["parse", *common])
    _create_raw_tables(warehouse, manifest)
    _invoke(["seed", *common])
    _invoke(["compile", *common])


def _write_empty_seeds(folder: Path) -> None:
    folder.mkdir(parents=True)
    for name, columns in SEED_COLUMNS.items():
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerow(columns)


def _create_raw_tables(warehouse: Path, manifest) -> None:
    with duckdb.connect(warehouse / "chargeback.duckdb") as connection:
        for source in manifest.sources.values():
            columns = ", ".join(f'"{name}" varchar' for name in source.columns)
            connection.execute(f'create schema if not exists "{source.schema}"')
            connection.execute(
                f'create table "{source.schema}"."{source.identifier}" ({columns or "_row bigint"})'
            )


def _invoke(arguments: list[str]):
    outcome = dbtRunner().invoke(["--quiet", *arguments])
    if not outcome.success:
        raise RuntimeError(f"dbt {arguments[0]} failed: {outcome.exception or outcome.result}")
    return outcome.result


if __name__ == "__main__":
    compile_project(Path(sys.argv[1]), Path(sys.argv[2]))
