"""Processes that die as by `kill -9`, at an instant that is counted or at a time that is measured.

Instants are every change to a file below the warehouse and every DuckDB statement; the process dies before the one
asked for. What happens inside a statement, such as the write of a checkpoint, only a kill by the clock reaches.
"""

from __future__ import annotations

import os
import signal
import sys
from typing import Any

import duckdb

CHANGES = {"open", "os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.truncate", "shutil.rmtree"}


class Instants:
    """Counts instants and dies at one of them; at none with `fatal` 0."""

    def __init__(self, fatal: int, warehouse: str) -> None:
        self.fatal = fatal
        self.warehouse = warehouse
        self.count = 0

    def passed(self) -> None:
        """One more instant."""
        self.count += 1
        if self.count == self.fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    def heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Take an audit event of Python."""
        if event in CHANGES and str(arguments[0]).startswith(self.warehouse):
            self.passed()


class WatchedConnection:
    """A DuckDB connection or cursor whose statements are instants."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, instants: Instants) -> None:
        self._connection = connection
        self._instants = instants

    def execute(self, *arguments: Any) -> Any:
        self._instants.passed()
        return self._connection.execute(*arguments)

    def cursor(self) -> WatchedConnection:
        return WatchedConnection(self._connection.cursor(), self._instants)

    def __enter__(self) -> WatchedConnection:
        return self

    def __exit__(self, *details: Any) -> None:
        self._instants.passed()
        self._connection.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def watch(fatal: int, warehouse: str) -> Instants:
    """Count the instants of this process from now on, and die at one of them."""
    instants = Instants(fatal, warehouse)
    connect = duckdb.connect
    duckdb.connect = lambda *a, **k: WatchedConnection(connect(*a, **k), instants)  # type: ignore[assignment]
    sys.addaudithook(instants.heard)
    return instants
