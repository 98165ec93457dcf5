"""One landed file as a relation of text cells: `_row`, `c0`, `c1`, …

JSON and delimited text reach DuckDB through a pipe: decompressed, checked to be text and masked on the way, once.
Parquet is read in place. Each reading starts afresh, so a file can be read again to find out what is wrong with it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import Protocol, cast

import duckdb
from duckdb.sqltypes import DuckDBPyType

from orchestration.landing.checks import Fault, RefusedError
from orchestration.landing.containers import inner_name
from orchestration.landing.contracts import Dialect, Table
from orchestration.landing.discover import LandedFile
from orchestration.landing.headers import csv_reader, layout_of, split_header
from orchestration.landing.json_records import Reading, RecordReader
from orchestration.landing.json_text import parse
from orchestration.landing.normalise import Care, Layout, literal, quoted
from orchestration.landing.people import People
from orchestration.landing.pipe import Chunk, Progress, read_segments, unless_null_spelling
from orchestration.landing.python_literals import json_of

JSON_ENDINGS = (".json", ".jsonl", ".ndjson", ".yml", ".yaml")
TEXT_ENDINGS = (".csv", ".tsv", ".psv", ".txt")
# What Python writes into a pipe.
_CANONICAL = Dialect()
_CHUNK_BYTES = 1 << 18


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

    def segments(
        self, progress: Progress, keep_rejects: bool = False, skip: int = 0
    ) -> Iterator[AbstractContextManager[str]]:
        """Contexts, one per segment of the file, of the SQL that reads its cells once."""


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
    cells = parquet_cells(connection, table, file)
    layout = layout_of(table, file, [name for name, _ in cells], people.pseudonym)
    return ParquetSource(connection, table, file, people, layout, care, [text for _, text in cells])


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

    def segments(
        self, progress: Progress, keep_rejects: bool = False, skip: int = 0
    ) -> Iterator[AbstractContextManager[str]]:
        """The records as cells."""
        self.facts = Reading()
        rows = RecordReader(self.table, self.people).rows(self.file, self.facts)
        return read_segments(
            _chunks_of(rows), self.layout.width, _CANONICAL, progress, keep_rejects, skip
        )


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

    def segments(
        self, progress: Progress, keep_rejects: bool = False, skip: int = 0
    ) -> Iterator[AbstractContextManager[str]]:
        """The rows below the header as cells."""
        dialect = self.table.dialect
        chunks = self._blocks()
        # Ragged rows are looked for in the text as it came.
        if (self.care.scrubbed or self._has_literals) and not keep_rejects:
            chunks = self._scrubbed_rows()
            dialect = replace(_CANONICAL, null_values=dialect.null_values)
        return read_segments(chunks, self.layout.width, dialect, progress, keep_rejects, skip)

    @property
    def _has_literals(self) -> bool:
        return any(
            column.allow == "python_literal" and column.name in self.layout.positions
            for column in self.table.columns
        )

    def _blocks(self) -> Iterator[Chunk]:
        masked = self.care.secrets_masked
        _, blocks = split_header(self.table, self.file, self.people.pseudonym, masked)
        quote = self.table.dialect.quote.encode()
        # A line's end is a record's end where all quotes before it are closed, doubled ones included.
        can_tell = self.table.dialect.escape == self.table.dialect.quote
        quotes = 0
        for block in blocks:
            quotes += block.count(quote) if quote else 0
            yield Chunk(block, can_tell and quotes % 2 == 0)

    def _scrubbed_rows(self) -> Iterator[Chunk]:
        _, blocks = split_header(self.table, self.file, self.people.pseudonym)
        lines = (
            f"{line}\n"
            for block in blocks
            for line in block.decode().removesuffix("\n").split("\n")
        )
        rows = (list[str | None](row) for row in csv_reader(lines, self.table.dialect) if row)
        return _chunks_of(map(_scrubber(self.table, self.people, self.layout), rows))


@dataclass
class ParquetSource:
    """Parquet, every column as text, nested ones as JSON text."""

    connection: duckdb.DuckDBPyConnection
    table: Table
    file: LandedFile
    people: People
    layout: Layout
    care: Care
    texts: list[str]
    facts: Reading = field(default_factory=Reading)
    is_parquet: bool = True

    def segments(
        self, progress: Progress, keep_rejects: bool = False, skip: int = 0
    ) -> Iterator[AbstractContextManager[str]]:
        """The rows as cells: in place and at once, unless they must be scrubbed."""
        if not self.care.scrubbed:
            return iter([nullcontext(self._select())])
        return read_segments(
            self._scrubbed_rows(), self.layout.width, _CANONICAL, progress, keep_rejects, skip
        )

    def _select(self) -> str:
        cells = ", ".join(
            f"{unless_null_spelling(text, self.table.dialect)} as c{position}"
            for position, text in enumerate(self.texts)
        )
        return f"select file_row_number + 1 as _row, {cells} from {_parquet(self.file, 'file_row_number = true')}"

    def _scrubbed_rows(self) -> Iterator[Chunk]:
        rows = self.connection.cursor().execute(self._select())
        batches = iter(lambda: rows.fetchmany(2048), [])
        scrub = _scrubber(self.table, self.people, self.layout)
        return _chunks_of(scrub(list(cells)) for batch in batches for _, *cells in batch)


def parquet_cells(
    connection: duckdb.DuckDBPyConnection, table: Table, file: LandedFile
) -> list[tuple[str, str]]:
    """Names of a Parquet file's columns with the SQL of their text; structs that the table looks into, by member."""
    if file.byte_count == 0:
        raise RefusedError(
            Fault(
                file.name,
                "the file is empty (0 bytes)",
                "Fetch it again and drop it under the same name",
            )
        )
    try:
        relation = connection.sql(f"select * from {_parquet(file)}")
        columns = list(zip(relation.columns, relation.types, strict=True))
    except duckdb.Error as error:
        raise unreadable_parquet(file) from error
    opened = {
        column.path[:depth] for column in table.columns for depth in range(1, len(column.path))
    }
    return [cell for name, kind in columns for cell in _members((name,), kind, opened)]


def _members(
    path: tuple[str, ...], kind: DuckDBPyType, opened: set[tuple[str, ...]]
) -> Iterator[tuple[str, str]]:
    if kind.id == "struct" and path in opened:
        for name, inner in _children(kind):
            yield from _members((*path, name), inner, opened)
    else:
        yield ".".join(path), _parquet_text(".".join(map(quoted, path)), kind)


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


def _children(kind: DuckDBPyType) -> list[tuple[str, DuckDBPyType]]:
    """The members of a struct, or what a list holds under the name `child`."""
    return [(str(name), cast(DuckDBPyType, inner)) for name, inner in kind.children]


def _parquet_text(value: str, kind: DuckDBPyType) -> str:
    """SQL for a value as text: nested ones as JSON, without the wrapping that some writers put around lists."""
    members = _children(kind) if kind.id == "struct" else []
    if [(name, inner.id) for name, inner in members] == [("list", "list")]:
        wrapped = _children(members[0][1])[0][1]
        if wrapped.id == "struct" and len(wrapped.children) == 1:
            name = quoted(_children(wrapped)[0][0])
            value = f"list_transform({value}.list, lambda item: item.{name})"
    if kind.id in ("struct", "map", "union", "list", "array"):
        return f"cast(to_json({value}) as varchar)"
    if kind.id == "timestamp with time zone":
        return f"cast(cast({value} as timestamp) as varchar)"
    return f"cast({value} as varchar)"


def _scrubber(
    table: Table, people: People, layout: Layout
) -> Callable[[list[str | None]], list[str | None]]:
    """A function that rids a row's JSON cells of what may not be kept."""
    reader = RecordReader(table, people)
    positions = {position for position, _ in layout.unknown}
    positions |= {position for cells in layout.gathered.values() for position, _ in cells}
    literals = set()
    for column in table.columns:
        if column.type == "json" and column.name in layout.positions:
            positions.add(layout.positions[column.name])
            if column.allow == "python_literal":
                literals.add(layout.positions[column.name])

    def scrubbed(row: list[str | None]) -> list[str | None]:
        for position in positions:
            cell = row[position] if position < len(row) else None
            if cell is not None and position in literals:
                cell = row[position] = _unless_python(cell)
            if cell is not None and cell[:1] in ("{", "["):
                row[position] = reader.flatten_cell(cell)
        return row

    return scrubbed


def _unless_python(cell: str) -> str:
    """The cell as JSON where it is a Python literal; as it is where it is neither, and is refused for that."""
    try:
        parse(cell)
    except ValueError:
        try:
            return json_of(cell)
        except ValueError:
            return cell
    return cell


def _chunks_of(rows: Iterator[list[str | None]]) -> Iterator[Chunk]:
    """Rows as canonical CSV, in which null and the empty text are both empty."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for row in rows:
        writer.writerow(["" if cell is None else cell for cell in row])
        if text.tell() > _CHUNK_BYTES:
            yield Chunk(text.getvalue().encode("utf-8", "replace"))
            text.seek(0)
            text.truncate()
    yield Chunk(text.getvalue().encode("utf-8", "replace"))
