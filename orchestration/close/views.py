"""Shows the closes to dbt: schema `closes` of the work file, views over the files of every closed month."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb

from orchestration.close.archive import SCHEMA, SourceTable, source_tables
from orchestration.close.closed import Close, read_closes
from orchestration.close.recomputed import Recomputation, read_recomputations
from orchestration.errors import RefusalError
from orchestration.settings import Settings


def create_close_views(connection: duckdb.DuckDBPyConnection, closes_folder: Path) -> None:
    """Bring schema `closes` in step with the folder; a table of which no close has a file is an empty view.

    What an older close's file lacks of today's columns is null. The caller commits.
    """
    closes = read_closes(closes_folder)
    recomputations = read_recomputations(closes_folder, closes)
    connection.execute(f"create schema if not exists {SCHEMA}")
    tables = source_tables()
    for table in tables.values():
        if table.relation:
            files = [(close.close_id, close.folder / table.file) for close in closes]
            body = _files(connection, table, files)
        elif table.name == "recomputed_ledger":
            files = [(made.close.close_id, made.ledger) for made in recomputations]
            body = _files(connection, table, files)
        elif table.name == "recomputations":
            body = _values(table, [_recomputation_row(made) for made in recomputations])
        else:
            body = _values(table, [_close_row(close) for close in closes])
        connection.execute(f"create or replace view {SCHEMA}.{table.name} as {body}")


def refresh_close_views(settings: Settings) -> None:
    """Bring the work file's views in step with the closes, in one transaction. The caller holds the writer's lock."""
    with duckdb.connect(settings.work_file) as connection:
        connection.execute("begin")
        create_close_views(connection, settings.closes)
        connection.execute("commit")


def _close_row(close: Close) -> dict[str, object]:
    return {
        "accounting_month": close.month.isoformat(),
        "approved_by": close.record["approved_by"],
        "override_count": len(close.record["overrides"]),
        "input_fingerprint": close.input_fingerprint,
        "closed_at": close.record["closed_at"],
        "close_id": close.close_id,
    }


def _recomputation_row(made: Recomputation) -> dict[str, object]:
    return {
        "accounting_month": made.close.month.isoformat(),
        "input_fingerprint": made.input_fingerprint,
        "close_id": made.close.close_id,
    }


def _values(table: SourceTable, rows: Sequence[dict[str, object]]) -> str:
    selects = [
        "select "
        + ", ".join(
            f"cast({_literal(row[name])} as {kind}) as {_quoted(name)}"
            for name, kind in table.columns
        )
        for row in rows
    ]
    return " union all ".join(selects) or _nothing(table)


def _files(
    connection: duckdb.DuckDBPyConnection, table: SourceTable, files: Sequence[tuple[str, Path]]
) -> str:
    selects = []
    for close_id, path in files:
        if not path.exists():
            continue
        source = f"read_parquet({_literal(path)}, hive_partitioning = false)"
        present = _columns_of(connection, path, source)
        columns = ", ".join(
            f"cast({_quoted(name) if name in present else 'null'} as {kind}) as {_quoted(name)}"
            for name, kind in table.file_columns
        )
        selects.append(f"select {columns}, {_literal(close_id)} as close_id from {source}")
    return " union all ".join(selects) or _nothing(table)


def _columns_of(connection: duckdb.DuckDBPyConnection, path: Path, source: str) -> set[str]:
    try:
        return {row[0] for row in connection.execute(f"describe from {source}").fetchall()}
    except duckdb.Error as error:
        raise RefusalError(
            f"{path} of a closed month cannot be read. Restore it from a backup; `chargeback verify-close` lists "
            "everything that differs.",
            exit_code=1,
        ) from error


def _nothing(table: SourceTable) -> str:
    columns = ", ".join(f"cast(null as {kind}) as {_quoted(name)}" for name, kind in table.columns)
    return f"select {columns} where false"


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _literal(value: object) -> str:
    return "'" + str(value).replace("'", "''") + "'"
