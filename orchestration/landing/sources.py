"""One landed file as a relation of text cells: `_row`, `c0`, `c1`, …

JSON and delimited text reach DuckDB through a pipe: decompressed, checked to be text and masked on the way, once.
Parquet is read in place. Each reading starts afresh, so a file can be read again to find out what is wrong with it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO, Protocol

import duckdb

from orchestration.landing.checks import Fault, RefusedError
from orchestration.landing.containers import inner_name
from orchestration.landing.contracts import Dialect, Table
from orchestration.landing.discover import LandedFile
from orchestration.landing.headers import csv_reader, layout_of, split_header
from orchestration.landing.json_records import Reading, RecordReader
from orchestration.landing.normalise import Care, Layout, literal
from orchestration.landing.people import People
from orchestration.landing.pipe import cells_of, fed_pipe

JSON_ENDINGS = (".json", ".jsonl", ".ndjson")
TEXT_ENDINGS = (".csv", ".tsv", ".psv", ".txt")
# What Python writes into a pipe.
_CANONICAL = Dialect()
_FLUSH_AT = 1 << 18


class Source(Protocol):
    """A file opened for one table."""

    @property
    def file(self) -> LandedFile:
        """The file itself."""

    @property
    def layout(self) -> Layout:
        """Where its columns are."""

    @property
    def facts(self) -> Reading:
        """What its last reading told besides rows."""

    @property
    def is_parquet(self) -> bool:
        """Whether its text is masked by DuckDB, after it was read."""

    def reading(self, keep_rejects: bool = False) -> AbstractContextManager[str]:
        """SQL that yields the cells once, while the context lasts."""


def format_of(file: LandedFile) -> str | None:
    """`json`, `text` or `parquet` by the file's ending; None for any other."""
    name = inner_name(file).lower()
    if name.endswith(JSON_ENDINGS):
        return "json"
    if name.endswith(TEXT_ENDINGS):
        return "text"
    return "parquet" if file.name.lower().endswith(".parquet") else None


def open_source(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    file: LandedFile,
    people: People,
    care: Care,
) -> Source:
    """A file opened by its ending. Raises RefusedError where the table's reader does not cover that."""
    readers = {"json": ("json", "any"), "text": ("tabular", "any"), "parquet": ("tabular", "any")}
    kind = format_of(file)
    if kind is None or table.reader not in readers[kind]:
        wanted = {"json": ".json or .jsonl", "tabular": ".csv or .parquet"}
        endings = wanted.get(table.reader, ".json, .csv or .parquet")
        raise RefusedError(
            Fault(
                file.name,
                f"the ending is not one that source {table.qualified} is read from",
                f"Drop the export as {endings} (text also as .gz, .zip or .zst)",
            )
        )
    if kind == "json":
        return JsonSource(table, file, people)
    if kind == "text":
        header, _ = split_header(table, file, people.pseudonym)
        layout = layout_of(table, file, header, people.pseudonym)
        return TextSource(table, file, people, layout, care)
    columns = parquet_columns(connection, file)
    layout = layout_of(table, file, [name for name, _ in columns], people.pseudonym)
    return ParquetSource(connection, table, file, people, layout, care, columns)


@dataclass
class JsonSource:
    """Pages or lines of JSON, flattened by the contract and masked."""

    table: Table
    file: LandedFile
    people: People
    facts: Reading = field(default_factory=Reading)
    is_parquet: bool = False

    @property
    def layout(self) -> Layout:
        """The contract's columns in order, then the JSON of all others."""
        names = [column.name for column in self.table.columns]
        positions = {name: position for position, name in enumerate(names)}
        return Layout(positions, (), len(names) + 1, len(names))

    @contextmanager
    def reading(self, keep_rejects: bool = False) -> Iterator[str]:
        """The records as cells."""
        facts = self.facts = Reading()
        reader = RecordReader(self.table, self.people)

        def write(out: BinaryIO) -> None:
            _write_rows(reader.rows(self.file, facts), out)

        with fed_pipe(write) as path:
            yield cells_of(path, self.layout.width, _CANONICAL, keep_rejects)


@dataclass
class TextSource:
    """Delimited text, masked block by block; looking for secrets costs most, so that waits until one is met."""

    table: Table
    file: LandedFile
    people: People
    layout: Layout
    care: Care
    facts: Reading = field(default_factory=Reading)
    is_parquet: bool = False

    @contextmanager
    def reading(self, keep_rejects: bool = False) -> Iterator[str]:
        """The rows below the header as cells."""
        # Ragged rows must reach DuckDB as they are, so they are looked for in the text itself.
        write = (
            self._write_scrubbed if self.care.scrubbed and not keep_rejects else self._write_blocks
        )
        dialect = _CANONICAL if write == self._write_scrubbed else self.table.dialect
        dialect = Dialect(
            dialect.delimiter, dialect.quote, dialect.escape, self.table.dialect.null_values
        )
        with fed_pipe(write) as path:
            yield cells_of(path, self.layout.width, dialect, keep_rejects)

    def _write_blocks(self, out: BinaryIO) -> None:
        masked = self.care.secrets_masked
        _, blocks = split_header(self.table, self.file, self.people.pseudonym, masked)
        for block in blocks:
            out.write(block)

    def _write_scrubbed(self, out: BinaryIO) -> None:
        _, blocks = split_header(self.table, self.file, self.people.pseudonym)
        lines = (
            f"{line}\n"
            for block in blocks
            for line in block.decode().removesuffix("\n").split("\n")
        )
        rows = (list[str | None](row) for row in csv_reader(lines, self.table.dialect) if row)
        _write_rows(map(_scrubber(self.table, self.people, self.layout), rows), out)


@dataclass
class ParquetSource:
    """Parquet, every column as text, nested ones as JSON text."""

    connection: duckdb.DuckDBPyConnection
    table: Table
    file: LandedFile
    people: People
    layout: Layout
    care: Care
    columns: list[tuple[str, str]]
    facts: Reading = field(default_factory=Reading)
    is_parquet: bool = True

    @contextmanager
    def reading(self, keep_rejects: bool = False) -> Iterator[str]:
        """The rows as cells; in place unless they must be scrubbed."""
        if not self.care.scrubbed:
            yield self._select()
            return
        with fed_pipe(self._write_scrubbed) as path:
            yield cells_of(path, self.layout.width, _CANONICAL, keep_rejects)

    def _select(self) -> str:
        nulls = ", ".join(literal(value) for value in self.table.dialect.null_values)
        texts = [_parquet_text(name, kind) for name, kind in self.columns]
        cells = ", ".join(
            f"case when {text} in ({nulls}) then null else {text} end as c{position}"
            for position, text in enumerate(texts)
        )
        return f"select file_row_number + 1 as _row, {cells} from {_parquet(self.file, 'file_row_number = true')}"

    def _write_scrubbed(self, out: BinaryIO) -> None:
        rows = self.connection.cursor().execute(self._select())
        scrub = _scrubber(self.table, self.people, self.layout)
        while batch := rows.fetchmany(2048):
            _write_rows((scrub(list(cells)) for _, *cells in batch), out)


def parquet_columns(
    connection: duckdb.DuckDBPyConnection, file: LandedFile
) -> list[tuple[str, str]]:
    """Names and types of a Parquet file's columns."""
    if file.byte_count == 0:
        raise RefusedError(
            Fault(
                file.name,
                "the file is empty (0 bytes)",
                "Fetch it again and drop it under the same name",
            )
        )
    try:
        rows = connection.execute(f"describe select * from {_parquet(file)}").fetchall()
    except duckdb.Error as error:
        raise unreadable_parquet(file) from error
    return [(str(row[0]), str(row[1])) for row in rows]


def unreadable_parquet(file: LandedFile) -> RefusedError:
    """The refusal of a Parquet file that is damaged or cut off."""
    reason = "not a readable Parquet file, or cut off"
    return RefusedError(Fault(file.name, reason, "Fetch it again and drop it under the same name"))


def _parquet(file: LandedFile, more: str = "") -> str:
    # The characters of DuckDB's globs are to be taken literally.
    path = "".join(f"[{c}]" if c in "*?[" else c for c in str(file.path))
    options = ", ".join(
        option
        for option in ("hive_partitioning = false", "binary_as_string = true", more)
        if option
    )
    return f"read_parquet({literal(path)}, {options})"


def _parquet_text(name: str, kind: str) -> str:
    column = '"' + name.replace('"', '""') + '"'
    if kind.startswith(("STRUCT", "MAP", "UNION")) or kind.endswith("]"):
        return f"cast(to_json({column}) as varchar)"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"cast(cast({column} as timestamp) as varchar)"
    return f"cast({column} as varchar)"


def _scrubber(
    table: Table, people: People, layout: Layout
) -> Callable[[list[str | None]], list[str | None]]:
    """A function that rids a row's JSON cells of what may not be kept."""
    reader = RecordReader(table, people)
    positions = {position for position, _ in layout.unknown}
    for column in table.columns:
        if column.type == "json" and column.name in layout.positions:
            positions.add(layout.positions[column.name])

    def scrubbed(row: list[str | None]) -> list[str | None]:
        for position in positions:
            cell = row[position] if position < len(row) else None
            if cell is not None and cell[:1] in ("{", "["):
                row[position] = reader.flatten_cell(cell)
        return row

    return scrubbed


def _write_rows(rows: Iterator[list[str | None]], out: BinaryIO) -> None:
    """Write rows as canonical CSV, in which null and the empty text are both empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for row in rows:
        writer.writerow(["" if cell is None else cell for cell in row])
        if text.tell() > _FLUSH_AT:
            out.write(text.getvalue().encode("utf-8", "replace"))
            text.seek(0)
            text.truncate()
    out.write(text.getvalue().encode("utf-8", "replace"))
