"""One landed file as a relation of text cells: `_row`, `c0`, `c1`, …

Text reaches DuckDB through a named pipe that a thread feeds: it is decompressed, checked to be text and masked
on the way, once, and never stands on disk. Parquet is read in place.
"""

from __future__ import annotations

import csv
import errno
import io
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

import duckdb

from orchestration.landing.checks import MAXIMUM_RECORD_BYTES, Fault, RefusedError
from orchestration.landing.containers import inner_name
from orchestration.landing.contracts import Dialect, Table, normal_form
from orchestration.landing.discover import LandedFile
from orchestration.landing.json_records import Reading, RecordReader
from orchestration.landing.masking import Pseudonym, mask_text
from orchestration.landing.normalise import Layout, literal
from orchestration.landing.people import People
from orchestration.landing.text import line_blocks

JSON_ENDINGS = (".json", ".jsonl", ".ndjson")
TEXT_ENDINGS = (".csv", ".tsv", ".psv", ".txt")
# Titles, notes and blank lines that exports put above the header.
_MAXIMUM_LINES_BEFORE_DATA = 50


@dataclass
class Source:
    """A file opened for one table.

    `relation` is SQL that yields the cells while the context of `reading()` lasts; each reading starts afresh.
    """

    file: LandedFile
    layout: Layout
    reading: Callable[[], object]
    facts: Reading = field(default_factory=Reading)
    is_parquet: bool = False
    json: bool = False


def format_of(file: LandedFile) -> str | None:
    """`json`, `text` or `parquet` by the file's ending; None for any other."""
    name = inner_name(file).lower()
    if name.endswith(JSON_ENDINGS):
        return "json"
    if name.endswith(TEXT_ENDINGS):
        return "text"
    return "parquet" if file.name.lower().endswith(".parquet") else None


@contextmanager
def fed_pipe(write: Callable[[BinaryIO], None]) -> Iterator[str]:
    """The path of a named pipe with what `write` writes; its error is raised when the context ends."""
    with tempfile.TemporaryDirectory(prefix="chargeback-") as folder:
        path = Path(folder) / "rows"
        os.mkfifo(path, 0o600)
        stop = threading.Event()
        errors: list[BaseException] = []

        def feed() -> None:
            out = _open_for_writing(path, stop)
            if out is None:
                return
            with out:
                try:
                    write(out)
                except BrokenPipeError:
                    pass
                except BaseException as error:  # carried to the reading thread
                    errors.append(error)

        thread = threading.Thread(target=feed, name="landing-feed", daemon=True)
        thread.start()
        try:
            yield str(path)
        except BaseException:
            stop.set()
            thread.join()
            # What broke the file explains better than what the parser then saw.
            if errors:
                raise errors[0] from None
            raise
        stop.set()
        thread.join()
        if errors:
            raise errors[0]


def _open_for_writing(path: Path, stop: threading.Event) -> BinaryIO | None:
    """Wait for the reader to open the pipe; None if it never does."""
    while not stop.is_set():
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            time.sleep(0.001)
            continue
        os.set_blocking(descriptor, True)
        return os.fdopen(descriptor, "wb", buffering=0)
    return None


def csv_relation(path: str, width: int, dialect: Dialect, keep_rejects: bool = False) -> str:
    """SQL that reads a pipe of delimited text; with `keep_rejects`, ragged rows go to `reject_errors` instead."""
    columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(width))
    nulls = ", ".join(literal(value) for value in dialect.null_values)
    rejects = ", store_rejects = true, ignore_errors = true" if keep_rejects else ""
    return (
        f"select row_number() over () as _row, * from read_csv({literal(path)}, columns = {{{columns}}},"
        f" delim = {literal(dialect.delimiter)}, quote = {literal(dialect.quote)},"
        f" escape = {literal(dialect.escape)}, nullstr = [{nulls}], header = false, auto_detect = false,"
        f" strict_mode = true, compression = 'none', max_line_size = {MAXIMUM_RECORD_BYTES}{rejects})"
    )


CANONICAL = Dialect()


def open_json(table: Table, file: LandedFile, people: People) -> Source:
    """A JSON file, flattened by the contract."""
    width = len(table.columns) + 1
    layout = Layout(
        positions={column.name: position for position, column in enumerate(table.columns)},
        width=width,
        extra_position=width - 1,
    )
    source = Source(file, layout, lambda: None, json=True)

    @contextmanager
    def reading(keep_rejects: bool = False) -> Iterator[str]:
        source.facts = Reading()
        reader = RecordReader(table, people)
        with fed_pipe(lambda out: reader.write(file, source.facts, out)) as path:
            yield csv_relation(path, width, CANONICAL, keep_rejects)

    source.reading = reading
    return source


def open_text(table: Table, file: LandedFile, people: People, scrub: bool) -> Source:
    """A delimited text file. `scrub` has JSON cells rid of what may not be kept, row by row in Python."""
    header, _ = _header(table, file, people.pseudonym)
    layout = layout_of(table, file, header, people.pseudonym)
    source = Source(file, layout, lambda: None)
    reader = RecordReader(table, people)
    scrubbed_positions = {
        layout.positions[column.name]
        for column in table.columns
        if column.type == "json" and column.name in layout.positions
    } | {position for position, _ in layout.unknown}

    def write(out: BinaryIO) -> None:
        _, rest = _header(table, file, people.pseudonym)
        if not scrub:
            for block in rest:
                out.write(block)
            return
        lines = (
            f"{line}\n" for block in rest for line in block.decode().removesuffix("\n").split("\n")
        )
        text = io.StringIO(newline="")
        writer = _writer(text, table.dialect)
        for row in _csv_reader(lines, table.dialect):
            for position in scrubbed_positions:
                if position < len(row) and row[position][:1] in ("{", "["):
                    row[position] = reader.flatten_cell(row[position]) or ""
            writer.writerow(row)
            if text.tell() > 1 << 18:
                out.write(text.getvalue().encode())
                text.seek(0)
                text.truncate()
        out.write(text.getvalue().encode())

    @contextmanager
    def reading(keep_rejects: bool = False) -> Iterator[str]:
        with fed_pipe(write) as path:
            yield csv_relation(path, layout.width, table.dialect, keep_rejects)

    source.reading = reading
    return source


def open_parquet(
    connection: duckdb.DuckDBPyConnection,
    table: Table,
    file: LandedFile,
    people: People,
    scrub: bool,
) -> Source:
    """A Parquet file; every column becomes text, nested ones JSON text."""
    if file.byte_count == 0:
        raise RefusedError(
            Fault(
                file.name,
                "the file is empty (0 bytes)",
                "Fetch the file again and drop it under the same name",
            )
        )
    relation = f"read_parquet({literal(_escaped(str(file.path)))}, hive_partitioning = false, binary_as_string = true"
    try:
        described = connection.execute(f"describe select * from {relation})").fetchall()
    except duckdb.Error as error:
        raise unreadable_parquet(file) from error
    layout = layout_of(table, file, [str(row[0]) for row in described], people.pseudonym)
    nulls = ", ".join(literal(value) for value in table.dialect.null_values)
    cells = []
    for position, (name, kind, *_) in enumerate(described):
        quoted = '"' + str(name).replace('"', '""') + '"'
        text = _parquet_text(quoted, str(kind))
        cells.append(f"case when {text} in ({nulls}) then null else {text} end as c{position}")
    select = f"select file_row_number + 1 as _row, {', '.join(cells)} from {relation}, file_row_number = true)"
    source = Source(file, layout, lambda: None, is_parquet=True)
    reader = RecordReader(table, people)
    positions = {
        layout.positions[column.name]
        for column in table.columns
        if column.type == "json" and column.name in layout.positions
    } | {position for position, _ in layout.unknown}

    def write(out: BinaryIO) -> None:
        text = io.StringIO(newline="")
        writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\n")
        rows = connection.cursor().execute(select)
        while batch := rows.fetchmany(2048):
            for _, *cells in batch:
                for position in positions:
                    if cells[position] is not None and cells[position][:1] in ("{", "["):
                        cells[position] = reader.flatten_cell(cells[position])
                writer.writerow(["" if cell is None else cell for cell in cells])
            out.write(text.getvalue().encode())
            text.seek(0)
            text.truncate()

    @contextmanager
    def reading(keep_rejects: bool = False) -> Iterator[str]:
        if not scrub:
            yield select
            return
        with fed_pipe(write) as path:
            yield csv_relation(path, layout.width, CANONICAL, keep_rejects)

    source.reading = reading
    return source


def unreadable_parquet(file: LandedFile) -> RefusedError:
    """The refusal of a Parquet file that is damaged or cut off."""
    return RefusedError(
        Fault(
            file.name,
            "not a readable Parquet file, or cut off",
            "Fetch the file again and drop it under the same name",
        )
    )


def _parquet_text(column: str, kind: str) -> str:
    if kind.startswith(("STRUCT", "MAP", "UNION")) or kind.endswith("]"):
        return f"cast(to_json({column}) as varchar)"
    if kind == "JSON" or kind == "VARCHAR":
        return f"cast({column} as varchar)"
    if kind.startswith("TIMESTAMP") and "TIME ZONE" in kind:
        return f"cast(cast({column} as timestamp) as varchar)"
    return f"cast({column} as varchar)"


def _escaped(path: str) -> str:
    """The path with the characters of DuckDB's globs taken literally."""
    return "".join(f"[{character}]" if character in "*?[" else character for character in path)


def layout_of(
    table: Table, file: LandedFile, header: Sequence[str], pseudonym: Pseudonym
) -> Layout:
    """Where the contract's columns stand under a header. Raises RefusedError where one is missing or twice."""
    never = {normal_form(name.split(".")[-1]) for name in table.never_keep}
    spellings = _spellings(table)
    positions: dict[str, int] = {}
    unknown: list[tuple[int, str]] = []
    names: set[str] = set()
    faults: list[Fault] = []
    for position, title in enumerate(header):
        column = next((spellings[form] for form in _forms(title) if form in spellings), None)
        if column is not None:
            if column in positions:
                faults.append(
                    Fault(
                        file.name,
                        f"the header names column {column} twice",
                        "Export the file with each column once",
                        None,
                        column,
                    )
                )
            positions[column] = position
            continue
        if never & {*_forms(title), *(normal_form(part) for part in title.split("."))}:
            continue
        shown = mask_text(title.strip(), pseudonym) or f"column_{position + 1}"
        while shown in names:
            shown += "_2"
        names.add(shown)
        unknown.append((position, shown))
    missing = [
        column.name for column in table.columns if column.required and column.name not in positions
    ]
    faults += [
        Fault(
            file.name,
            f"the required column {name} is missing ({len(header)} columns found)",
            f"Export the file with that column (source {table.qualified}, "
            f"spelled {' or '.join(table.column(name).headers)})",
            None,
            name,
        )
        for name in missing
    ]
    for group in table.one_of:
        if positions.keys().isdisjoint(group):
            reason = f"none of the columns {', '.join(group)} is there; one is needed"
            faults.append(
                Fault(file.name, reason, "Export the file with one of them", None, group[0])
            )
    if faults:
        raise RefusedError(*faults)
    return Layout(positions, tuple(unknown), len(header))


def _spellings(table: Table) -> dict[str, str]:
    """Each accepted spelling of a header, and its column; a column's own name beats another's spelling."""
    spellings: dict[str, str] = {}
    for column in reversed(table.columns):
        for form in column.headers:
            spellings[form] = column.name
    for column in table.columns:
        spellings[normal_form(column.name)] = column.name
    return spellings


def _forms(title: str) -> list[str]:
    """The spellings to compare: the whole title and, of a localised one, the English in its last brackets."""
    forms = [normal_form(title)]
    if title.rstrip().endswith(")") and "(" in title:
        forms.append(normal_form(title[title.rindex("(") + 1 :]))
    return forms


def matches(table: Table, header: Sequence[str]) -> int | None:
    """How many of the table's columns a header names; None where a required one is not among them."""
    spellings = _spellings(table)
    found = {
        next((spellings[form] for form in _forms(title) if form in spellings), None)
        for title in header
    }
    if any(column.required and column.name not in found for column in table.columns):
        return None
    return len(found - {None})


def header_of(
    connection: duckdb.DuckDBPyConnection, table: Table, file: LandedFile, pseudonym: Pseudonym
) -> list[str]:
    """The header of a tabular file, read as the table's contract says."""
    if format_of(file) == "parquet":
        relation = f"read_parquet({literal(_escaped(str(file.path)))}, hive_partitioning = false)"
        try:
            described = connection.execute(f"describe select * from {relation}").fetchall()
        except duckdb.Error as error:
            raise unreadable_parquet(file) from error
        return [str(row[0]) for row in described]
    return _header(table, file, pseudonym)[0]


def _header(
    table: Table, file: LandedFile, pseudonym: Pseudonym
) -> tuple[list[str], Iterator[bytes]]:
    """The header and the blocks after it. Lines above the header that name no required column are passed over."""
    content = line_blocks(file, pseudonym)
    first = next(content, b"")
    if not first.strip():
        content.close()
        raise RefusedError(
            Fault(
                file.name,
                "the file holds no text",
                "Fetch the file again and drop it under the same name",
            )
        )
    lines = first.split(b"\n")
    best: tuple[int, list[str], int] | None = None
    position = 0
    while position < min(len(lines), _MAXIMUM_LINES_BEFORE_DATA):
        texts = (line.decode() + "\n" for line in lines[position:])
        reader = _csv_reader(texts, table.dialect)
        try:
            titles = next(reader, [])
        except csv.Error:
            titles = []
        score = len({s for t in titles for s in _forms(t)} & _spellings(table).keys())
        if matches(table, titles) is not None and titles:
            best = (score, titles, position + reader.line_num)
            break
        if score and (best is None or score > best[0]):
            best = (score, titles, position + reader.line_num)
        position += 1
    if best is None:
        content.close()
        raise RefusedError(
            Fault(
                file.name,
                "no line names any column of this source",
                f"Check that the file belongs to source {table.qualified} and has its header",
            )
        )
    rest = b"\n".join(lines[best[2] :])
    return best[1], chain([rest] if rest else [], content)


def _csv_reader(lines: Iterator[str], dialect: Dialect) -> Iterator[list[str]]:
    csv.field_size_limit(MAXIMUM_RECORD_BYTES)
    quoting = csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE
    doubled = dialect.escape == dialect.quote
    return csv.reader(
        lines,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote or None,
        quoting=quoting,
        doublequote=doubled,
        escapechar=None if doubled else (dialect.escape or None),
    )


def _writer(text: io.StringIO, dialect: Dialect) -> Any:
    doubled = dialect.escape == dialect.quote
    return csv.writer(
        text,
        delimiter=dialect.delimiter,
        quotechar=dialect.quote or None,
        quoting=csv.QUOTE_MINIMAL if dialect.quote else csv.QUOTE_NONE,
        doublequote=doubled,
        escapechar=None if doubled else (dialect.escape or None),
        lineterminator="\n",
    )
