"""A named pipe from a Python thread to DuckDB: text streams through without ever standing on disk."""

from __future__ import annotations

import errno
import os
import select
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from orchestration.landing.checks import MAXIMUM_RECORD_BYTES
from orchestration.landing.contracts import Dialect
from orchestration.landing.normalise import literal

# DuckDB keeps all it has read from a pipe until the statement ends, so a file goes through in segments, each a
# pipe and a statement of its own.
SEGMENT_BYTES = 192 << 20
_BUFFER_BYTES = 8 << 20
_PATIENCE_SECONDS = 0.05

# What feeds a pipe: it is given what writes into it.
Write = Callable[[Callable[[bytes], None]], None]


@dataclass
class Progress:
    """How many records of a file earlier segments held; whoever reads the segments counts."""

    row_count: int = 0


@dataclass(frozen=True)
class Chunk:
    """Some text to feed; `ends_record` where a segment may end after it."""

    text: bytes
    ends_record: bool = True


class Segments:
    """A file's text cut into segments, each of which is fed to one pipe."""

    def __init__(self, chunks: Iterator[Chunk]) -> None:
        self._chunks = chunks
        self._pending: Chunk | None = None
        self._is_written = False

    def __iter__(self) -> Iterator[Write]:
        """What writes each segment, the first even if it is empty; one must have been written before the next."""
        self._pending = next(self._chunks, None)
        self._is_written = False
        yield self._write
        # A segment that nobody read would come again for ever.
        while self._pending is not None and self._is_written:
            self._is_written = False
            yield self._write

    def _write(self, out: Callable[[bytes], None]) -> None:
        size = 0
        self._is_written = True
        while self._pending is not None:
            chunk, self._pending = self._pending, None
            out(chunk.text)
            size += len(chunk.text)
            self._pending = next(self._chunks, None)
            if size >= SEGMENT_BYTES and chunk.ends_record:
                return


class AbandonedError(Exception):
    """The reader has gone; the feeding thread is to end."""


class PipeWriter:
    """The writing end of a named pipe, which gives up as soon as the reader is known to be done."""

    def __init__(self, path: Path, done: threading.Event) -> None:
        self._done = done
        self._descriptor = self._open(path)

    def _open(self, path: Path) -> int:
        while not self._done.is_set():
            try:
                return os.open(path, os.O_WRONLY | os.O_NONBLOCK)
            except OSError as error:
                # No reader yet.
                if error.errno != errno.ENXIO:
                    raise
                time.sleep(0.001)
        raise AbandonedError

    def write(self, text: bytes) -> None:
        """Write all of it, or raise AbandonedError."""
        rest = memoryview(text)
        while rest:
            try:
                rest = rest[os.write(self._descriptor, rest) :]
            except BlockingIOError:
                select.select([], [self._descriptor], [], _PATIENCE_SECONDS)
                if self._done.is_set():
                    raise AbandonedError from None
            except BrokenPipeError:
                raise AbandonedError from None

    def close(self) -> None:
        """End the text."""
        os.close(self._descriptor)


@contextmanager
def fed_pipe(write: Write) -> Iterator[str]:
    """The path of a named pipe that a thread fills by `write`, whose error is raised when the context ends."""
    with tempfile.TemporaryDirectory(prefix="chargeback-") as folder:
        path = Path(folder) / "rows"
        os.mkfifo(path, 0o600)
        done = threading.Event()
        errors: list[BaseException] = []

        def feed() -> None:
            with suppress(AbandonedError), closing(PipeWriter(path, done)) as out:
                try:
                    write(out.write)
                except AbandonedError:
                    raise
                except BaseException as error:
                    errors.append(error)

        thread = threading.Thread(target=feed, name="landing-feed", daemon=True)
        thread.start()
        try:
            yield str(path)
        except BaseException:
            done.set()
            thread.join()
            # What broke the file explains better than what the parser then saw of it.
            if errors:
                raise errors[0] from None
            raise
        done.set()
        thread.join()
        if errors:
            raise errors[0]


RAGGED_MARK = "landing: ragged row"
# No text of an export holds it, so that no cell is null but one that is not there.
_NEVER = "\x01"


def unless_null_spelling(cell: str, dialect: Dialect) -> str:
    """SQL for the cell, null where it spells null. (Of a long IN DuckDB makes a join, one per column.)"""
    spellings = " or ".join(f"{cell} = {literal(value)}" for value in dialect.null_values)
    return f"case when {spellings} then null else {cell} end"


def cells_of(path: str, width: int, dialect: Dialect, first_row: int, keep_rejects: bool) -> str:
    """SQL that reads delimited text as `_row, c0, c1, …`, and fails at a row with too few or too many cells.

    Records are numbered from `first_row`.

    One column more than the header has is read: DuckDB forgives an empty cell too many, and so would shift the
    cells of a row with an unquoted delimiter unseen. With `keep_rejects` such rows pass, marked in `_ragged`, and
    those that cannot be parsed go to `reject_errors`.
    """
    columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(width + 1))
    rejects = ", store_rejects = true, ignore_errors = true" if keep_rejects else ""
    cells = ", ".join(
        f"{unless_null_spelling(f'c{position}', dialect)} as c{position}"
        for position in range(width)
    )
    number = f"row_number() over () + {first_row - 1}"
    too_few, too_many = f"c{width - 1} is null", f"c{width} is not null"
    if keep_rejects:
        ragged = f"case when {too_few} then 'too few' when {too_many} then 'too many' end"
        head = f"{number} as _row, {ragged} as _ragged"
    else:
        head = f"case when {too_few} or {too_many} then error('{RAGGED_MARK}') else {number} end as _row"
    return (
        f"select {head}, {cells} from read_csv({literal(path)}, columns = {{{columns}}},"
        f" delim = {literal(dialect.delimiter)}, quote = {literal(dialect.quote)},"
        f" escape = {literal(dialect.escape)}, nullstr = {literal(_NEVER)}, header = false, auto_detect = false,"
        f" strict_mode = true, null_padding = true, parallel = false, compression = 'none',"
        f" max_line_size = {MAXIMUM_RECORD_BYTES}, buffer_size = {_BUFFER_BYTES}{rejects})"
    )


def read_segments(
    chunks: Iterator[Chunk],
    width: int,
    dialect: Dialect,
    progress: Progress,
    keep_rejects: bool = False,
    skip: int = 0,
) -> Iterator[AbstractContextManager[str]]:
    """Contexts in which the SQL that each yields reads one segment; the first `skip` are passed over."""
    for index, write in enumerate(Segments(chunks)):
        if index < skip:
            write(lambda text: None)
            continue
        yield _segment(write, width, dialect, progress.row_count + 1, keep_rejects)


@contextmanager
def _segment(
    write: Write,
    width: int,
    dialect: Dialect,
    first_row: int,
    keep_rejects: bool,
) -> Iterator[str]:
    with fed_pipe(write) as path:
        yield cells_of(path, width, dialect, first_row, keep_rejects)
