"""Copies the marts out of the work file: a DuckDB file that old clients read, and Parquet beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from orchestration.errors import RefusalError
from orchestration.landing.files import sha256_of

# Read by every DuckDB client from 1.3 on; a file in the newest format opens in the newest client only.
STORAGE_VERSION = "v1.0.0"
MARTS_SCHEMA = "marts"
PUBLISHED_NAME = "chargeback.duckdb"
# The one mart that tells of publications, not of their input: its rows are written when all else is known.
PUBLICATIONS_MART = "fct_publications"
# Both the work file and the published one are named so; views inside call their tables by this catalogue.
_CATALOGUE = "chargeback"

# Parquet has no 128-bit integer: DuckDB would write it as a float.
_WIDE_INTEGERS = {"HUGEINT", "UHUGEINT"}


class CopyDiffersError(RefusalError):
    """A published mart is not what was built: names the mart and both fingerprints."""

    def __init__(self, message: str) -> None:
        super().__init__(f"{message} Nothing was published. Check the disk, and run this again.", 1)


@dataclass(frozen=True)
class Mart:
    """One published table: its row count, the sum of each money and quantity column, the hash of its Parquet."""

    name: str
    row_count: int
    sums: dict[str, str | None]
    parquet_sha256: str


@dataclass(frozen=True)
class _Column:
    name: str
    data_type: str
    comment: str | None

    @property
    def selected(self) -> str:
        """The column's expression in a published table."""
        quoted = _quoted(self.name)
        return (
            f"cast({quoted} as decimal(38, 0)) as {quoted}"
            if self.data_type in _WIDE_INTEGERS
            else quoted
        )

    @property
    def is_decimal(self) -> bool:
        return self.data_type.startswith("DECIMAL") or self.data_type in _WIDE_INTEGERS


def copy_marts(work_file: Path, folder: Path, memory_limit: str = "4GB") -> list[Mart]:
    """Write `chargeback.duckdb` and one Parquet file a mart into an empty folder, proven equal to the work file.

    `fct_publications` is there with its columns only, and not among what is returned: see `write_publications`.

    Rows are ordered by all columns from left to right (the key stands first), so that the same input gives the
    same bytes of Parquet whatever the number of threads. Raises CopyDiffersError.
    """
    published_file = folder / PUBLISHED_NAME
    with duckdb.connect(
        config={"memory_limit": memory_limit, "temp_directory": str(folder / ".spill")}
    ) as connection:
        connection.execute(f"attach {_literal(work_file)} as {_CATALOGUE} (read_only)")
        connection.execute(
            f"attach {_literal(published_file)} as publication (storage_version '{STORAGE_VERSION}')"
        )
        connection.execute(f"create schema publication.{MARTS_SCHEMA}")
        names = _mart_names(connection)
        built = {}
        for name in names:
            columns = _columns(connection, name)
            _copy_mart(connection, name, columns)
            if name == PUBLICATIONS_MART:
                continue
            built[name] = _fingerprint(
                connection, f"{_CATALOGUE}.{MARTS_SCHEMA}.{_quoted(name)}", columns
            )
        connection.execute("checkpoint publication")
        connection.execute("detach publication")
        connection.execute(f"detach {_CATALOGUE}")
    _refuse_write_ahead_log(published_file)
    return _read_back(published_file, folder, built)


def write_publications(folder: Path, rows: str) -> None:
    """Give `fct_publications` of a copied folder the rows of a query with the mart's columns, as table and Parquet."""
    published_file = folder / PUBLISHED_NAME
    table = f"{MARTS_SCHEMA}.{PUBLICATIONS_MART}"
    with duckdb.connect(published_file) as connection:
        connection.execute(f"delete from {table}")
        connection.execute(f"insert into {table} by name {rows}")
        connection.execute("checkpoint")
    _refuse_write_ahead_log(published_file)
    with duckdb.connect(published_file, read_only=True) as connection:
        _write_parquet(connection, PUBLICATIONS_MART, folder, "order by publication_number")


def damage_of(folder: Path, record: dict[str, Any]) -> str | None:
    """What of a publication's folder is not as its record says, in words; None where all of it is."""
    try:
        with duckdb.connect(folder / PUBLISHED_NAME, read_only=True) as connection:
            for name, recorded in record["marts"].items():
                table = f"{MARTS_SCHEMA}.{_quoted(name)}"
                found = _fingerprint(connection, table, _columns(connection, name))
                sums = list(found.values())[2:]
                if [found["row_count"], *sums] != [
                    str(recorded["row_count"]),
                    *recorded["sums"].values(),
                ]:
                    return f"{name} has other rows or sums than the record"
                if sha256_of(folder / f"{name}.parquet") != recorded["parquet_sha256"]:
                    return f"{name}.parquet has changed"
            connection.execute(f"select count(*) from {MARTS_SCHEMA}.{PUBLICATIONS_MART}")
    except (duckdb.Error, OSError) as error:
        return str(error).splitlines()[0]
    return None


def _refuse_write_ahead_log(published_file: Path) -> None:
    if published_file.with_name(published_file.name + ".wal").exists():
        raise CopyDiffersError(
            f"{published_file} still has a write-ahead log: it was not closed whole."
        )


def _copy_mart(connection: duckdb.DuckDBPyConnection, name: str, columns: list[_Column]) -> None:
    target = f"publication.{MARTS_SCHEMA}.{_quoted(name)}"
    connection.execute(
        f"create table {target} as select {', '.join(column.selected for column in columns)} "
        f"from {_CATALOGUE}.{MARTS_SCHEMA}.{_quoted(name)} order by all"
    )
    comment = _table_comment(connection, name)
    if comment:
        connection.execute(f"comment on table {target} is {_text(comment)}")
    for column in columns:
        if column.comment:
            connection.execute(
                f"comment on column {target}.{_quoted(column.name)} is {_text(column.comment)}"
            )


def _read_back(
    published_file: Path, folder: Path, built: dict[str, dict[str, str | None]]
) -> list[Mart]:
    """Open the finished file as a reader would, compare it with what was built, and write the Parquet from it."""
    marts = []
    with duckdb.connect(published_file, read_only=True) as connection:
        for name, expected in built.items():
            table = f"{MARTS_SCHEMA}.{_quoted(name)}"
            found = _fingerprint(connection, table, _columns(connection, name))
            if found != expected:
                raise CopyDiffersError(
                    f"{name} changed while it was copied: {expected} became {found}."
                )
            parquet = _write_parquet(connection, name, folder)
            row_count, _, *sums = found.values()
            columns = list(found)[2:]
            marts.append(
                Mart(
                    name=name,
                    row_count=int(row_count or 0),
                    sums=dict(zip(columns, sums, strict=True)),
                    parquet_sha256=sha256_of(parquet),
                )
            )
    return marts


def _write_parquet(
    connection: duckdb.DuckDBPyConnection, name: str, folder: Path, order: str = ""
) -> Path:
    parquet = folder / f"{name}.parquet"
    connection.execute(
        f"copy (select * from {MARTS_SCHEMA}.{_quoted(name)} {order}) to {_literal(parquet)} "
        "(format parquet, compression zstd)"
    )
    return parquet


def _fingerprint(
    connection: duckdb.DuckDBPyConnection, table: str, columns: list[_Column]
) -> dict[str, str | None]:
    """Row count, a sum over the rows' hashes (blind to their order) and the exact sum of every decimal column."""
    selected = ", ".join(column.selected for column in columns)
    sums = "".join(
        f", cast(sum({_quoted(column.name)}) as varchar) as {_quoted(column.name)}"
        for column in columns
        if column.is_decimal
    )
    cursor = connection.execute(
        f"select cast(count(*) as varchar) as row_count, "
        f"cast(sum(cast(hash(rows_read) as hugeint)) as varchar) as row_hash{sums} "
        f"from (select {selected} from {table}) as rows_read"
    )
    names = [description[0] for description in cursor.description]
    row = cursor.fetchone()
    assert row is not None, "an aggregate always returns one row"
    return dict(zip(names, row, strict=True))


def _mart_names(connection: duckdb.DuckDBPyConnection) -> list[str]:
    rows = connection.execute(
        "select table_name from information_schema.tables where table_catalog = ? and table_schema = ? order by all",
        [_CATALOGUE, MARTS_SCHEMA],
    ).fetchall()
    return [name for (name,) in rows]


def _columns(connection: duckdb.DuckDBPyConnection, table_name: str) -> list[_Column]:
    rows = connection.execute(
        "select column_name, data_type, comment from duckdb_columns() "
        "where database_name = ? and schema_name = ? and table_name = ? order by column_index",
        [_CATALOGUE, MARTS_SCHEMA, table_name],
    ).fetchall()
    return [_Column(*row) for row in rows]


def _table_comment(connection: duckdb.DuckDBPyConnection, table_name: str) -> str | None:
    row = connection.execute(
        "select comment from duckdb_tables() where database_name = $1 and schema_name = $2 and table_name = $3 "
        "union all "
        "select comment from duckdb_views() where database_name = $1 and schema_name = $2 and view_name = $3",
        [_CATALOGUE, MARTS_SCHEMA, table_name],
    ).fetchone()
    return row[0] if row else None


def _quoted(identifier: str) -> str:
    return '"' + identifier.replace('"', '""') + '"'


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _literal(path: Path) -> str:
    return _text(str(path))
