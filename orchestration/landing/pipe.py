"""A named pipe from a Python thread to DuckDB: text streams through without ever standing on disk."""

from __future__ import annotations

import errno
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from orchestration.landing.checks import MAXIMUM_RECORD_BYTES
from orchestration.landing.contracts import Dialect
from orchestration.landing.normalise import literal


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


def cells_of(path: str, width: int, dialect: Dialect, keep_rejects: bool) -> str:
    """SQL that reads delimited text as `_row, c0, c1, …`; `keep_rejects` sends bad rows to `reject_errors`."""
    columns = ", ".join(f"'c{position}': 'VARCHAR'" for position in range(width))
    nulls = ", ".join(literal(value) for value in dialect.null_values)
    rejects = ", store_rejects = true, ignore_errors = true" if keep_rejects else ""
    return (
        f"select row_number() over () as _row, * from read_csv({literal(path)}, columns = {{{columns}}},"
        f" delim = {literal(dialect.delimiter)}, quote = {literal(dialect.quote)},"
        f" escape = {literal(dialect.escape)}, nullstr = [{nulls}], header = false, auto_detect = false,"
        f" strict_mode = true, compression = 'none', max_line_size = {MAXIMUM_RECORD_BYTES}{rejects})"
    )
