"""The allocation under other registers: the same models on the same charges and usage, in a file of its own.

A restatement asks what a closed month would be under the registers of its close, a policy comparison what a month
would be under rules that nobody has approved yet. Neither may touch the ledger in the work file or what is published.
"""

from __future__ import annotations

import csv
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from orchestration.build import outcome_of
from orchestration.dbt_process import run_dbt
from orchestration.errors import RefusalError
from orchestration.landing.engine import connect
from orchestration.registers import Fault, check
from orchestration.registers.declared import REGISTERS
from orchestration.settings import Settings, writer_lock

LANDED_REGISTERS = tuple(register.name for register in REGISTERS if register.is_landed)
LEDGER = "fct_allocation_ledger"
# One folder with one name: dbt then parses only what changed since the last time. The writer's lock keeps others out.
_FOLDER = ".recompute"
_RAW = "raw"
# What the landing adds to a register's own columns.
_LANDING_COLUMNS = ("_delivery_id", "_file", "_row", "_scope", "_row_id", "_extra")
_EXIT_FAILED = 1


class FaultyRegistersError(RefusalError):
    """The registers to allocate by have faults; `faults` are those of severity error."""

    def __init__(self, folder: Path, faults: list[Fault]) -> None:
        super().__init__(
            f"The registers in {folder} cannot be used: "
            + " ".join(f"{fault.sentence()}." for fault in faults)
        )
        self.faults = faults


def recompute_ledger(
    settings: Settings, registers: Path, output: Path, months: Collection[date] = ()
) -> Path:
    """Allocate all that has landed by the registers of a folder, and write the ledger to a Parquet file.

    `registers` holds the seed CSVs, all of them. People, identities and exceptions are taken from raw rows in
    `people.parquet`, `identities.parquet` and `exceptions.parquet` there, else from what landing accepted last; their
    CSVs in it are not read. `months` are the accounting months (first days) to write; none means all, since what a
    sandbox has spent before counts in any case.

    The file has the columns of `fct_allocation_ledger` and its grain, in the order of the published one: equal
    registers give equal files. Sources outside schema `raw`, such as posted closes, are empty for this run, so that
    every month is computed. Work file, publication and registers stay as they are; on failure no file is left.

    Raises FaultyRegistersError, which names file and row, RefusalError where nothing has landed or the allocation
    fails, and WriterBusyError.
    """
    chosen = ", ".join(f"date '{month.isoformat()}'" for month in sorted(months))
    condition = f"where accounting_month in ({chosen})" if chosen else ""
    recompute(
        settings, registers, {output: f"select * from marts.{LEDGER} {condition} order by all"}
    )
    return output


def recompute(settings: Settings, registers: Path, outputs: Mapping[Path, str]) -> None:
    """Allocate as `recompute_ledger` does and write the results of queries, each to its Parquet file.

    The queries see the ledger and every model above it, in their schemas.
    """
    if not settings.work_file.exists():
        raise RefusalError("Nothing has landed yet: run `chargeback land` first.", _EXIT_FAILED)
    with writer_lock(settings, "recompute"), _apart(settings) as apart:
        _write_registers(settings, registers, apart.seeds)
        errors = [fault for fault in check(apart) if fault.severity == "error"]
        if errors:
            raise FaultyRegistersError(registers, errors)
        manifest = _dbt(apart, "parse").result
        _write_sources(settings, apart, registers, manifest)
        allocated = f"+{LEDGER}"
        _dbt(
            apart,
            "build",
            *("--select", f"{allocated},resource_type:seed", f"{allocated},resource_type:model"),
            # The one test that needs nothing else; the SQL's own tests ran when the marts were built.
            "no_charge_is_lost",
            *("--indirect-selection", "empty"),
        )
        _write(apart, outputs)


@contextmanager
def _apart(settings: Settings) -> Iterator[Settings]:
    """Settings whose registers and work file are in a fresh folder, which is removed afterwards."""
    folder = settings.warehouse / _FOLDER
    # A killed run leaves its folder behind.
    shutil.rmtree(folder, ignore_errors=True)
    apart = replace(settings, seeds=folder / "seeds", warehouse=folder)
    apart.seeds.mkdir(parents=True)
    try:
        yield apart
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_registers(settings: Settings, registers: Path, target: Path) -> None:
    """The registers that the run is checked and seeded by; the landed ones as CSV too, as far as `check` reads them."""
    for path in sorted(registers.glob("*.csv")):
        if path.stem not in LANDED_REGISTERS:
            shutil.copyfile(path, target / path.name)
    with duckdb.connect(settings.work_file, read_only=True) as connection:
        for name in LANDED_REGISTERS:
            rows = connection.execute(
                f"select * from {_landed_relation(registers, name)} order by _row"
            )
            names = [description[0] for description in rows.description]
            kept = [place for place, name in enumerate(names) if name not in _LANDING_COLUMNS]
            with (target / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file)
                writer.writerow(names[place] for place in kept)
                writer.writerows([row[place] for place in kept] for row in rows.fetchall())


def _landed_relation(registers: Path, name: str) -> str:
    archived = registers / f"{name}.parquet"
    if archived.exists():
        return f"read_parquet({_literal(archived)}, hive_partitioning = false)"
    return f"{_RAW}.registers__{name}"


def _write_sources(settings: Settings, apart: Settings, registers: Path, manifest: Any) -> None:
    """A new work file with what dbt reads: views over the same raw zone, and copies of the load ledger."""
    with connect(apart.warehouse / ".spill", apart.work_file) as connection:
        connection.execute(f"attach {_literal(settings.work_file)} as landed (read_only)")
        connection.execute(f"create schema {_RAW}")
        tables = connection.execute(
            "select table_name from duckdb_tables() where database_name = 'landed' and schema_name = ?",
            [_RAW],
        ).fetchall()
        for (name,) in tables:
            connection.execute(
                f"create table {_RAW}.{_quoted(name)} as from landed.{_RAW}.{_quoted(name)}"
            )
        views = connection.execute(
            "select view_name, sql from duckdb_views() where database_name = 'landed' and schema_name = ?",
            [_RAW],
        ).fetchall()
        for view, sql in views:
            archived = registers / f"{view.removeprefix('registers__')}.parquet"
            if archived.stem in LANDED_REGISTERS and archived.exists():
                _create_from_archive(connection, view, archived)
            else:
                connection.execute(sql)
        for source in manifest.sources.values():
            if source.schema != _RAW:
                _create_empty(connection, source)


def _create_from_archive(connection: duckdb.DuckDBPyConnection, view: str, archived: Path) -> None:
    """Archived rows in the shape that landing gives the register today: a column that is newer is null."""
    held = f"read_parquet({_literal(archived)}, hive_partitioning = false)"
    names = {row[0] for row in connection.execute(f"describe from {held}").fetchall()}
    shape = connection.execute(f"describe landed.{_RAW}.{_quoted(view)}").fetchall()
    columns = ", ".join(
        f"cast({_quoted(name) if name in names else 'null'} as {kind}) as {_quoted(name)}"
        for name, kind, *_ in shape
    )
    connection.execute(f"create table {_RAW}.{_quoted(view)} as select {columns} from {held}")


def _create_empty(connection: duckdb.DuckDBPyConnection, source: Any) -> None:
    """A source that no allocation may depend on, as the work file or else its declaration shapes it."""
    schema, name = _quoted(source.schema), _quoted(source.identifier)
    connection.execute(f"create schema if not exists {schema}")
    try:
        connection.execute(f"create table {schema}.{name} as from landed.{schema}.{name} limit 0")
    except duckdb.CatalogException:
        columns = ", ".join(
            f"{_quoted(column.name)} {column.data_type or 'varchar'}"
            for column in source.columns.values()
        )
        connection.execute(f"create table {schema}.{name} ({columns})")


def _dbt(apart: Settings, *arguments: str) -> Any:
    """Run dbt apart from the builds: its own log and its own memory of what it parsed. Raises RefusalError."""
    result = run_dbt(apart, arguments, flags=["--no-write-json"], target="recompute")
    outcome = outcome_of(apart, result) if arguments[0] == "build" else None
    if result.exception is None and (outcome is None or outcome.passed):
        return result
    what = (
        " ".join(
            f"{failure.name}: {' '.join(failure.message.split())}" for failure in outcome.failures
        )
        if outcome
        else str(result.exception)
    )
    raise RefusalError(
        f"The allocation under these registers failed, and nothing was changed by it. {what}",
        _EXIT_FAILED,
    )


def _write(apart: Settings, outputs: Mapping[Path, str]) -> None:
    unfinished = {path: path.with_name(f".{path.name}.new") for path in outputs}
    try:
        with connect(apart.warehouse / ".spill", apart.work_file) as connection:
            for path, query in outputs.items():
                path.parent.mkdir(parents=True, exist_ok=True)
                connection.execute(
                    f"copy ({query}) to {_literal(unfinished[path])} (format parquet, compression zstd)"
                )
        for path, written in unfinished.items():
            written.replace(path)
    finally:
        for written in unfinished.values():
            written.unlink(missing_ok=True)


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _literal(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
