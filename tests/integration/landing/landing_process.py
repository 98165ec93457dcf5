"""Lands in a process of its own that is killed at one instant: `… <folder> <contracts> <instant>`.

Instants are counted at every change to a file below the warehouse and at every DuckDB statement; the process
dies as by SIGKILL before the one asked for. With instant 0 it lives and prints how many there were.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import duckdb

from orchestration.landing import land
from orchestration.settings import Settings

CHANGES = {"open", "os.rename", "os.mkdir", "os.rmdir", "os.remove", "os.truncate", "shutil.rmtree"}


class Instants:
    """Counts instants and dies at one of them."""

    def __init__(self, fatal: int, warehouse: str) -> None:
        self.fatal = fatal
        self.warehouse = warehouse
        self.count = 0

    def passed(self) -> None:
        self.count += 1
        if self.count == self.fatal:
            os._exit(137)

    def heard(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event in CHANGES and str(arguments[0]).startswith(self.warehouse):
            self.passed()


class WatchedConnection:
    """A DuckDB connection whose statements are instants."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, instants: Instants) -> None:
        self._connection = connection
        self._instants = instants

    def execute(self, *arguments: Any) -> Any:
        self._instants.passed()
        return self._connection.execute(*arguments)

    def __enter__(self) -> WatchedConnection:
        return self

    def __exit__(self, *details: Any) -> None:
        self._instants.passed()
        self._connection.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


def main() -> None:
    """Land, or die trying."""
    folder, contracts, instant = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    settings = Settings(
        folder, folder / "landing", folder / "seeds", folder / "warehouse", "a key for tests"
    )
    instants = Instants(instant, str(settings.warehouse))
    connect = duckdb.connect
    duckdb.connect = lambda *a, **k: WatchedConnection(connect(*a, **k), instants)  # type: ignore[assignment]
    sys.addaudithook(instants.heard)
    land(settings, contracts=contracts)
    print(instants.count)


if __name__ == "__main__":
    main()
