"""A named pipe from a Python thread to DuckDB: text streams through without ever standing on disk."""

from __future__ import annotations

import errno
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from orchestration.landing.checks import MAXIMUM_RECORD_BYTES
from orchestration.landing.contracts import Dialect
from orchestration.landing.normalise import literal

# DuckDB keeps all it has read from a pipe until the statement ends, so a file goes through in segments, each a
# pipe and a statement of its own.
SEGMENT_BYTES = 192 << 20
_BUFFER_BYTES = 8 << 20


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

    def __iter__(self) -> Iterator[Callable[[BinaryIO], None]]:
        """What writes each segment, the first even if it is empty; one must have been written before the next."""
        self._pending = next(self._chunks, None)
        yield self._write
        while self._pending is not None:
            yield self._write

    def _write(self, out: BinaryIO) -> None:
        size = 0
        while self._pending is not None:
            chunk, self._pending = self._pending, None
            out.write(chunk.text)
            size += len(chunk.text)
            self._pending = next(self._chunks, None)
            if size >= SEGMENT_BYTES and chunk.ends_record:
                return


@contextmanager
def fed_pipe(write: Callable[[BinaryIO], None]) -> Iterator[str]:
    """The path of a named pipe that a thread fills by `write`, whose error is raised when the context ends."""
    with tempfile.TemporaryDirectory(prefix="chargeback-") as folder:
        path = Path(folder) / "rows"
        os.mkfifo(path, 0o600)
        stop = threading.Event()
        errors: list[BaseException] = []

        def feed() -> None:
            out = _open_for_writing(path, stop)
            if out is None:
                return
            # A reader that stops early has failed for a reason of its own.
            with out, suppress(BrokenPipeError):
                try:
                    write(out)
                except BrokenPipeError:
                    raise
                except BaseException as error:
                    errors.append(error)

        thread = threading.Thread(target=feed, name="landing-feed", daemon=True)
        thread.start()
        try:
            yield str(path)
        except BaseException:
            stop.set()
            thread.join()
            # What broke the file explains better than what the parser then saw of it.
            if errors:
                raise errors[0] from None
            raise
        stop.set()
        thread.join()
        if errors:
            raise errors[0]


def _open_for_writing(path: Path, stop: threading.Event) -> BinaryIO | None:
    """The pipe, once a reader has opened it; None if none ever does."""
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


RAGGED_MARK = "landing: ragged row"
# No text of an export holds it, so that no cell is null but one that is not there.
_NEVER = "\x01"


def cells_of(path: str, width: int, dialect: Dialect, first_row: int, keep_rejects: bool) -> str:
    """SQL that reads delimited text as `_row, c0, c1, …`, and fails at a row with too few or too many cells.

    Records are numbered from `first_row`.

    One column more than the header has is read: DuckDB forgives an empty cell too many, and so would shift the
    cells of a row with an unquoted delimiter unseen. With `keep_rejects` such rows pass, marked in `_ragged`, and
    those that cannot be parsed go to `reject_errors`.
    """
    columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(width + 1))
    rejects = ", store_rejects = true, ignore_errors = true" if keep_rejects else ""
    nulls = ", ".join(literal(value) for value in dialect.null_values)
    cells = ", ".join(
        f"case when c{position} in ({nulls}) then null else c{position} end as c{position}"
        if len(dialect.null_values) > 1
        else f"nullif(c{position}, '') as c{position}"
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
            with Path(os.devnull).open("wb", buffering=0) as nowhere:
                write(nowhere)
            continue
        yield _segment(write, width, dialect, progress.row_count + 1, keep_rejects)


@contextmanager
def _segment(
    write: Callable[[BinaryIO], None],
    width: int,
    dialect: Dialect,
    first_row: int,
    keep_rejects: bool,
) -> Iterator[str]:
    with fed_pipe(write) as path:
        yield cells_of(path, width, dialect, first_row, keep_rejects)
